/**
 * A file that grows, or a folder to which files come: read for ever, looked at every `poll`.
 *
 *     follow:PATH?poll=1s&order=name|mtime&fields=metric_id=id,value=reading
 *
 * - NDJSON, CSV and records (not compressed) are read as they grow; a last line that has no end yet waits.
 * - Other forms, and compressed files, are read once they are whole: when they lie there unchanged from one look to the next. Best they
 *   are written under a hidden name and renamed.
 * - The files of one look are read one after the other, in order of their names (or times), each to its end.
 * - A file that was renamed (rotated) is read to its end under its new name; one that was cut off, or replaced, begins anew.
 *
 * A position holds how far each file was read, so that a restart goes on where the checkpoint stands. Files that were read may be
 * removed; of those that stay at most FILES_MAX are followed.
 */
import { stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  SampleColumns,
  WindrowError,
  messageOf,
  type SampleBatch,
  type DeadLetter,
  type Delivery,
  type LiveReadOptions,
  type LiveSource,
  type LiveStatus,
} from '@windrow/core';
import { KNOWN_EXTENSIONS, formatOfName } from '../../files/file-names.ts';
import { fileSource } from '../../files/file-source.ts';
import { RowBuffer } from '../../messages/row-buffer.ts';
import {
  SAMPLE_FIELDS,
  parseSampleFields,
  type SampleFields,
} from '../../messages/sample-fields.ts';
import { quarantined } from '../../quarantined.ts';
import { LiveUri } from '../live-uri.ts';
import { openRowReader } from '../rows/open-row-reader.ts';
import type { GrowingForm, RowReader } from '../rows/row-reader.ts';
import {
  findFollowed,
  findRenamed,
  growingForm,
  type FollowOrder,
  type FollowedFile,
} from './find-followed.ts';
import { FollowPosition, type GrowingFile, type WholeFile } from './follow-position.ts';
import { GrowingReader, type Renewal } from './growing-reader.ts';

const POLL_MS = 1000;
const FILES_MAX = 10_000;
/** A file that has gone elsewhere is left after so many looks at which it did not grow. */
const QUIET_LOOKS = 5;

/** What is known of a file besides its position. */
interface Followed {
  readonly reader: GrowingReader;
  /** Looks since it was renamed out of sight, or grew after that; 0 while it is in sight. */
  quietLooks: number;
}

export class FollowSource implements LiveSource {
  readonly uri: string;
  readonly #path: string;
  readonly #pollMs: number;
  readonly #order: FollowOrder;
  readonly #fields: SampleFields;
  readonly #counters = {
    samples: 0,
    rejected: 0,
    files: 0,
    renamed: 0,
    truncated: 0,
    replaced: 0,
    looks: 0,
  };
  #state: LiveStatus['state'] = 'opening';
  #error: string | null = null;
  #position: FollowPosition = new FollowPosition();
  readonly #followed: Map<string, Followed> = new Map();
  /** Size and time of files that are not known to be whole, at the last look. */
  #unsettled: Map<string, string> = new Map();
  #sequence = 0;

  /** @throws WindrowError USAGE for what the URI may not say */
  constructor(text: string) {
    const uri = new LiveUri(text);
    this.uri = text;
    this.#path = uri.path;
    this.#pollMs = uri.durationMs('poll', POLL_MS, { min: 10, max: 86_400_000 });
    this.#order = uri.choice('order', ['name', 'mtime'], 'name');
    const fields = uri.text('fields');
    this.#fields = fields === null ? SAMPLE_FIELDS : parseSampleFields(fields, `${text}: fields`);
    uri.finish();
    if (this.#path === '') {
      throw new WindrowError('USAGE', `${text}: found no path, expected follow:PATH`);
    }
  }

  /**
   * @throws WindrowError INPUT where neither the path nor the folder above it is there, USAGE for a file whose extension says no format,
   *   and for a glob
   */
  async check(): Promise<void> {
    const status = await stat(this.#path).catch(() => null);
    if (status?.isDirectory() === true) return;
    const wrong = (code: 'INPUT' | 'USAGE', what: string): WindrowError =>
      new WindrowError(code, `${this.#path}: ${what}`);
    if (status === null && /[*?[{]/.test(this.#path)) {
      throw wrong('USAGE', 'found a glob, expected a file or a folder to follow');
    }
    const named = formatOfName(this.#path);
    if (named === null && (status !== null || extname(this.#path) !== '')) {
      throw wrong(
        'USAGE',
        `the extension says no known format, expected one of ${KNOWN_EXTENSIONS}`,
      );
    }
    if (status !== null || (await stat(dirname(this.#path)).catch(() => null)) !== null) return;
    throw wrong(
      'INPUT',
      'there is nothing, and no folder above it, expected a file or folder, or where one will be',
    );
  }

  async *deliveries(options: LiveReadOptions): AsyncGenerator<Delivery> {
    const { signal } = options;
    this.#position = FollowPosition.parse(options.resumeAt, this.uri);
    const rows = new RowBuffer(options.dictionary);
    const counted: LiveReadOptions = {
      ...options,
      reject: (letter) => {
        this.#counters.rejected++;
        options.reject(letter);
      },
    };
    while (!signal.aborted) {
      try {
        yield* this.#look(counted, rows);
        this.#state = 'ready';
      } catch (error) {
        if (!isOfSystem(error)) throw error;
        this.#state = 'retrying';
        this.#error = messageOf(error);
      }
      await sleep(this.#pollMs, null, { signal }).catch(() => undefined);
    }
  }

  acknowledge(_sequence: number): Promise<void> {
    return Promise.resolve();
  }

  status(): LiveStatus {
    const { uri } = this;
    return { uri, state: this.#state, error: this.#error, counters: { ...this.#counters } };
  }

  async close(): Promise<void> {
    // Files are open only while they are read.
  }

  async *#look(options: LiveReadOptions, rows: RowBuffer): AsyncGenerator<Delivery> {
    this.#counters.looks++;
    const files = await findFollowed(this.#path, this.#order);
    if (files.length > FILES_MAX) {
      throw new WindrowError(
        'INPUT',
        `${this.#path}: found ${files.length} files, expected at most ${FILES_MAX}: remove those that were read`,
      );
    }
    const inSight = new Set(files.map((file) => file.id));
    yield* this.#readOutOfSight(inSight, options, rows);
    for (const [id] of this.#position.whole) if (!inSight.has(id)) this.#position.whole.delete(id);
    const unsettled = new Map<string, string>();
    for (const file of files) {
      if (options.signal.aborted) return;
      if (file.form !== null) yield* this.#readGrowing(file, file.form, options, rows);
      else if (this.#isNew(file)) {
        const looks = `${file.sizeBytes} ${file.modifiedMs}`;
        if (this.#unsettled.get(file.id) === looks) yield* this.#readWhole(file, options);
        else unsettled.set(file.id, looks);
      }
    }
    this.#unsettled = unsettled;
  }

  /** The rest of files that were renamed to where they are not followed. */
  async *#readOutOfSight(
    inSight: ReadonlySet<string>,
    options: LiveReadOptions,
    rows: RowBuffer,
  ): AsyncGenerator<Delivery> {
    for (const [id, file] of this.#position.growing) {
      if (inSight.has(id)) continue;
      const path = await findRenamed(file.path, id);
      const form = growingForm(file.path);
      if (path === null || form === null) {
        this.#forget(id);
        continue;
      }
      const followed = this.#follow(id, file, form, options);
      if (followed.quietLooks === 0) this.#counters.renamed++;
      const before = file.offset;
      const { size } = await stat(path);
      yield* this.#deliver(followed.reader.read(path, size, rows, this.#renewed), rows);
      followed.quietLooks = file.offset > before ? 1 : followed.quietLooks + 1;
      if (followed.quietLooks <= QUIET_LOOKS) continue;
      const { reader } = followed;
      yield* this.#deliver(
        oneStep(() => reader.finish(path, rows)),
        rows,
      );
      this.#forget(id);
    }
  }

  async *#readGrowing(
    { id, path, sizeBytes }: FollowedFile,
    form: GrowingForm,
    options: LiveReadOptions,
    rows: RowBuffer,
  ): AsyncGenerator<Delivery> {
    let file = this.#position.growing.get(id);
    if (file === undefined) {
      file = { path, offset: 0, row: 1, head: { length: 0, crc: 0 } };
      this.#position.growing.set(id, file);
      this.#counters.files++;
    }
    if (file.path !== path) this.#counters.renamed++;
    file.path = path;
    const followed = this.#follow(id, file, form, options);
    followed.quietLooks = 0;
    const { reader } = followed;
    const before = reader.fault;
    yield* this.#deliver(reader.read(path, sizeBytes, rows, this.#renewed), rows);
    if (reader.fault === null || before !== null) return;
    options.reject(quarantined(path, null, `nothing of the file can be read: ${reader.fault}`));
    yield* this.#deliver(
      oneStep(() => Promise.resolve()),
      rows,
      true,
    );
  }

  async *#readWhole(file: FollowedFile, options: LiveReadOptions): AsyncGenerator<Delivery> {
    const { id, path, sizeBytes, modifiedMs } = file;
    const known = this.#position.whole.get(id);
    const isBegun = known !== undefined && isSame(known, file);
    const before = isBegun ? (known.samples ?? 0) : 0;
    let samples = 0;
    // What was told before the last delivery that is remembered is not told again.
    const reject = (letter: DeadLetter): void => {
      if (samples >= before) options.reject(letter);
    };
    if (!isBegun) this.#counters.files++;
    const source = fileSource(path);
    const { dictionary } = options;
    for (const split of await source.splits(null)) {
      for await (const batch of source.read(split, { dictionary, range: null, reject })) {
        samples += batch.length;
        if (samples <= before) continue;
        this.#position.whole.set(id, { path, sizeBytes, modifiedMs, samples });
        this.#counters.samples += batch.length;
        yield this.#delivery(batch);
        if (options.signal.aborted) return;
      }
    }
    this.#position.whole.set(id, { path, sizeBytes, modifiedMs, samples: null });
    yield this.#delivery(new SampleColumns(dictionary, 0));
  }

  #isNew(file: FollowedFile): boolean {
    const known = this.#position.whole.get(file.id);
    return known === undefined || known.samples !== null || !isSame(known, file);
  }

  #follow(id: string, file: GrowingFile, form: GrowingForm, options: LiveReadOptions): Followed {
    let followed = this.#followed.get(id);
    if (followed === undefined || followed.reader.file !== file) {
      const { dictionary, reject } = options;
      const source = file.path;
      const newReader = (): RowReader =>
        openRowReader({ form, dictionary, source, reject, fields: this.#fields });
      followed = { reader: new GrowingReader(file, newReader), quietLooks: 0 };
      this.#followed.set(id, followed);
    }
    return followed;
  }

  #forget(id: string): void {
    this.#position.growing.delete(id);
    this.#followed.delete(id);
  }

  readonly #renewed = (renewal: Renewal): void => {
    this.#counters[renewal]++;
  };

  /** A delivery for each step that brought something. */
  async *#deliver(
    steps: AsyncGenerator<void>,
    rows: RowBuffer,
    isTold = false,
  ): AsyncGenerator<Delivery> {
    let rejected = isTold ? -1 : this.#counters.rejected;
    for await (const _ of steps) {
      const batch = rows.columns;
      if (batch.length === 0 && this.#counters.rejected === rejected) continue;
      rejected = this.#counters.rejected;
      this.#counters.samples += batch.length;
      yield this.#delivery(batch);
      rows.clear();
    }
  }

  #delivery(batch: SampleBatch): Delivery {
    return { batch, sequence: ++this.#sequence, position: this.#position.text() };
  }
}

function isSame(known: WholeFile, { sizeBytes, modifiedMs }: FollowedFile): boolean {
  return known.sizeBytes === sizeBytes && known.modifiedMs === modifiedMs;
}

async function* oneStep(step: () => Promise<void>): AsyncGenerator<void> {
  await step();
  yield;
}

function isOfSystem(error: unknown): boolean {
  const inner = error instanceof WindrowError ? (error.cause ?? error) : error;
  return inner instanceof WindrowError || (inner instanceof Error && 'syscall' in inner);
}
