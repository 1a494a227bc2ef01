/**
 * Finished slices, kept until the output is complete.
 *
 *     OUT.windrow/plan.json               what the run is made of, and where it is cut; written first
 *     OUT.windrow/slice-000012.bin        predictions
 *     OUT.windrow/slice-000012.ndjson     rows that were set aside, if they are kept
 *     OUT.windrow/slice-000012.json       the record; written last
 *     OUT.windrow/delivered.json          which sinks have what
 *     OUT.windrow/owner-000001.json       which process is at work there (`work-lock.ts`)
 *
 * Each file appears whole.
 */
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WindrowError, messageOf } from '@windrow/core';
import { AtomicFile } from '@windrow/io';
import { differences, type Fingerprint } from './fingerprint.ts';
import { parsePlan, planText } from './plan-text.ts';
import { isSealed } from './slice-file.ts';
import { parseRecord, type SliceRecord } from './slice-record.ts';
import type { Cuts } from './slice.ts';
import { isLockName, type WorkLock } from './work-lock.ts';

export class WorkFolder {
  readonly path: string;
  readonly cuts: Cuts;
  readonly #fingerprint: Fingerprint;
  readonly #records: Map<number, SliceRecord>;
  /** By sink: slices of time that it has for good; Infinity: everything. */
  readonly #delivered: Map<string, number>;
  /** null: nobody else can be there. */
  readonly #lock: WorkLock | null;
  #isThere: boolean;

  private constructor(
    path: string,
    of: {
      readonly cuts: Cuts;
      readonly fingerprint: Fingerprint;
      readonly lock: WorkLock | null;
      readonly records?: Map<number, SliceRecord>;
      readonly delivered?: Map<string, number>;
    },
  ) {
    this.path = path;
    this.cuts = of.cuts;
    this.#fingerprint = of.fingerprint;
    this.#lock = of.lock;
    this.#records = of.records ?? new Map<number, SliceRecord>();
    this.#delivered = of.delivered ?? new Map<string, number>();
    this.#isThere = of.records !== undefined;
  }

  /**
   * Goes on with what is at the path, or starts.
   * @param cuts where to cut if nothing is there
   * @param lock held by the caller; released by `remove`. null: nobody else can be there
   * @throws WindrowError USAGE where the folder belongs to another run
   */
  static async open(
    path: string,
    fingerprint: Fingerprint,
    cuts: Cuts,
    lock: WorkLock | null = null,
  ): Promise<WorkFolder> {
    const text = await textOf(join(path, 'plan.json'));
    if (text === null) return new WorkFolder(path, { cuts, fingerprint, lock });
    const plan = parsePlan(text, path);
    const others = differences(plan.fingerprint, fingerprint);
    if (others.length > 0) {
      throw new WindrowError(
        'USAGE',
        `${path}: found the finished slices of another run, since ${others.join(' and ')} changed; expected those of this one. Run it as it was to go on, or with --fresh to start over`,
      );
    }
    const folder = new WorkFolder(path, {
      cuts: plan.cuts,
      fingerprint,
      lock,
      records: new Map<number, SliceRecord>(),
      delivered: await deliveredIn(path),
    });
    await folder.#load();
    return folder;
  }

  /** Whether anything is at a path. */
  static async isThere(path: string): Promise<boolean> {
    return (await namesIn(path)).length > 0;
  }

  /** Removes what is at a path, but for its owner; does nothing where there is nothing. */
  static async clear(path: string): Promise<void> {
    for (const name of await namesIn(path)) {
      if (!isLockName(name)) await rm(join(path, name), { recursive: true, force: true });
    }
  }

  /** Of the finished slices, by index. */
  get records(): ReadonlyMap<number, SliceRecord> {
    return this.#records;
  }

  predictionsPath(index: number): string {
    return this.#path(index, 'bin');
  }

  lettersPath(index: number): string {
    return this.#path(index, 'ndjson');
  }

  /**
   * Records a slice whose files are complete.
   * @throws WindrowError OUTPUT where another run has taken the folder over
   */
  async record(record: SliceRecord): Promise<void> {
    await this.#lock?.assertHeld();
    await this.#begin();
    await writeWhole(this.#path(record.index, 'json'), JSON.stringify(record));
    this.#records.set(record.index, record);
  }

  /** Slices of time that a sink has; Infinity where it has everything. */
  delivered(sink: string): number {
    return this.#delivered.get(sink) ?? 0;
  }

  /** Notes that a sink has so many slices of time, for good. */
  async noteDelivered(sink: string, count: number): Promise<void> {
    this.#delivered.set(sink, count);
    await this.#begin();
    const all = Array.from(this.#delivered, ([uri, slices]) => [
      uri,
      Number.isFinite(slices) ? slices : null,
    ]);
    await writeWhole(join(this.path, 'delivered.json'), JSON.stringify(Object.fromEntries(all)));
  }

  /** Everything is delivered. */
  async remove(): Promise<void> {
    await WorkFolder.clear(this.path);
    if (this.#lock === null) await rm(this.path, { recursive: true, force: true });
    else await this.#lock.release();
  }

  async #begin(): Promise<void> {
    if (this.#isThere) return;
    this.#isThere = true;
    await writeWhole(join(this.path, 'plan.json'), planText(this.#fingerprint, this.cuts));
  }

  /** Takes the slices whose files are as their records say; the others are done again. */
  async #load(): Promise<void> {
    const count = this.cuts.groups.length * (this.cuts.cutsMs.length + 1);
    for (let index = 0; index < count; index++) {
      const path = this.#path(index, 'json');
      const text = await textOf(path);
      if (text === null) continue;
      const record = parseRecord(text, path);
      const isWhole =
        record.index === index &&
        (await isSealed(this.predictionsPath(index), record.file)) &&
        (record.letters === null || (await isSealed(this.lettersPath(index), record.letters)));
      if (isWhole) this.#records.set(index, record);
    }
  }

  #path(index: number, extension: string): string {
    return join(this.path, `slice-${String(index).padStart(6, '0')}.${extension}`);
  }
}

async function deliveredIn(folder: string): Promise<Map<string, number>> {
  const text = await textOf(join(folder, 'delivered.json'));
  if (text === null) return new Map();
  const all = JSON.parse(text) as Readonly<Record<string, number | null>>;
  return new Map(
    Object.entries(all).map(([uri, slices]) => [uri, slices ?? Number.POSITIVE_INFINITY]),
  );
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await AtomicFile.create(path);
  try {
    await file.write(Buffer.from(`${text}\n`));
    await file.commit();
  } finally {
    await file.abort();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new WindrowError('OUTPUT', `${folder}: ${messageOf(error)}, expected a folder`, {
      cause: error,
    });
  }
}

/** null where there is no such file. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new WindrowError('INPUT', `${path}: ${messageOf(error)}`, { cause: error });
  }
}
