/**
 * Predictions in files by time: one file for each interval of window ends, complete or not there.
 *
 *     published --append, sync--> .2026-11-22T10-00-00Z.journal --finish--> 2026-11-22T10-00-00Z.parquet
 *
 * `publish` resolves when the journal holds the batch, so that a crash loses nothing: the next start goes on with the journals that
 * it finds. An interval is finished when the newest window of all ends `grace` after it, or when nothing came for it for `idle`. What
 * comes after that goes to a file of its own (`-r2`, `-r3`, ...); a file that was finished is never written again. Which
 * interval a prediction belongs to follows from its name, so that what is published twice lands in the same place and is taken out.
 *
 * One process at a time may write to a folder.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  WindrowError,
  messageOf,
  type LiveSink,
  type LiveStatus,
  type PredictionBatch,
} from '@windrow/core';
import { makeFolder, syncFolder } from '../../files/atomic-file.ts';
import { NdjsonEncoder } from '../../files/encode/ndjson-encoder.ts';
import { predictionTable } from '../../tables/prediction-table.ts';
import { AppendFile } from '../internal/append-file.ts';
import { Patience } from '../internal/patience.ts';
import { finishPart } from './finish-part.ts';
import { FinishedParts } from './finished-parts.ts';
import {
  findJournals,
  finishedPath,
  frame,
  headerFrame,
  journalPath,
  type PartHeader,
} from './interval-journal.ts';
import { someRows } from './prediction-row.ts';
import {
  intervalName,
  intervalStart,
  partName,
  windowedFilesOptions,
  type WindowedFilesOptions,
} from './windowed-files-options.ts';

/** How long the names of a finished part are kept: a crash is followed by a restart much sooner. */
const NAMES_KEPT_MS = 3_600_000;
const LOOK_MS_MAX = 1000;

export interface WindowedFilesSetting {
  /** Wall clock, ms since 1970. */
  readonly nowMs: () => number;
}

interface OpenPart {
  readonly header: PartHeader;
  readonly file: AppendFile;
  rows: number;
  /** When something was published for it last. */
  writtenMs: number;
}

export class WindowedFilesSink implements LiveSink<PredictionBatch> {
  readonly uri: string;
  readonly #options: WindowedFilesOptions;
  readonly #nowMs: () => number;
  readonly #finished: FinishedParts;
  readonly #encoder: NdjsonEncoder<PredictionBatch> = new NdjsonEncoder(predictionTable);
  readonly #patience: Patience = new Patience();
  /** By the start of their intervals. */
  readonly #open: Map<number, OpenPart> = new Map();
  readonly #timer: ReturnType<typeof setInterval>;
  #newestMs = Number.NEGATIVE_INFINITY;
  /** Parts that are being finished, one after the other. */
  #finishing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isHeld = false;
  #counts = { rows: 0, bytes: 0, files: 0, duplicates: 0 };

  private constructor(
    options: WindowedFilesOptions,
    setting: WindowedFilesSetting,
    finished: FinishedParts,
  ) {
    this.uri = options.uri;
    this.#options = options;
    this.#nowMs = setting.nowMs;
    this.#finished = finished;
    this.#timer = setInterval(() => this.#finishDue(), Math.min(LOOK_MS_MAX, options.idleMs));
    // It only looks around: it keeps no process alive.
    this.#timer.unref();
  }

  /**
   * Opens `files:DIR?interval=1h&format=parquet&grace=1m&idle=1m&max_rows=1000000&max_open=64&at_stop=keep` (the defaults), and takes up what an earlier run
   * left unfinished.
   * @throws WindrowError USAGE for what the URI may not say, OUTPUT where the folder cannot be written
   */
  static async open(uri: string, setting: WindowedFilesSetting): Promise<WindowedFilesSink> {
    const options = windowedFilesOptions(uri);
    try {
      await makeFolder(options.folder);
      const finished = await FinishedParts.load(options.folder);
      const sink = new WindowedFilesSink(options, setting, finished);
      await sink.#takeUp().catch(async (error: unknown) => {
        await sink.#release();
        throw error;
      });
      return sink;
    } catch (error) {
      if (error instanceof WindrowError) throw error;
      throw new WindrowError(
        'OUTPUT',
        `${options.folder}: cannot be written: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  async publish(batch: PredictionBatch): Promise<void> {
    for (const [startMs, rows] of this.#byInterval(batch)) {
      const bytes = frame(Buffer.concat([...this.#encoder.encode(someRows(batch, rows))]));
      await this.#patience.run(async () => {
        const part = this.#open.get(startMs) ?? (await this.#begin(startMs));
        const isFirst = part.file.sizeBytes === 0;
        await part.file.append(isFirst ? Buffer.concat([headerFrame(part.header), bytes]) : bytes);
        if (isFirst) await syncFolder(this.#options.folder);
        part.rows += rows.length;
        part.writtenMs = this.#nowMs();
      });
      this.#counts.rows += rows.length;
      this.#counts.bytes += bytes.length;
    }
    this.#finishDue();
  }

  status(): LiveStatus {
    return {
      uri: this.uri,
      state: this.#isClosed ? 'ended' : this.#patience.state,
      error: this.#patience.error,
      counters: { ...this.#counts, retries: this.#patience.retries },
    };
  }

  /**
   * The job stops and will go on: `close` leaves the journals of intervals that are not over to the next start, unless the URI says
   * `at_stop=finish`. Otherwise every restart would cut the interval in hand in two.
   */
  hold(): void {
    this.#isHeld = this.#options.atStop === 'keep';
  }

  /** Finishes what is open, unless it is held. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#patience.end();
    if (!this.#isHeld) for (const part of this.#inOrder()) this.#finish(part);
    await this.#finishing;
    await this.#release();
    if (this.#patience.state === 'retrying') {
      throw new WindrowError(
        'OUTPUT',
        `${this.uri}: the last files are not finished: ${this.#patience.error}; the next start finishes them`,
      );
    }
  }

  /** Rows of a batch by the start of their interval, in the order of the rows. */
  #byInterval(batch: PredictionBatch): Map<number, number[]> {
    const rowsByStart = new Map<number, number[]>();
    for (let row = 0; row < batch.length; row++) {
      const endMs = batch.windowEndsMs[row]!;
      const startMs = intervalStart(endMs, this.#options.intervalMs);
      const rows = rowsByStart.get(startMs);
      if (rows === undefined) rowsByStart.set(startMs, [row]);
      else rows.push(row);
      this.#newestMs = Math.max(this.#newestMs, endMs);
    }
    return rowsByStart;
  }

  async #begin(startMs: number): Promise<OpenPart> {
    const { folder, intervalMs } = this.#options;
    const number = await this.#nextNumber(startMs);
    const header = { startMs, endMs: startMs + intervalMs, number };
    const file = await AppendFile.open(journalPath(folder, partName(startMs, number)), 0);
    const part = { header, file, rows: 0, writtenMs: this.#nowMs() };
    this.#open.set(startMs, part);
    return part;
  }

  /** One that no file, no journal and no finished part of the interval has. */
  async #nextNumber(startMs: number): Promise<number> {
    const { folder, extension } = this.#options;
    const names = new Set(await readdir(folder));
    let number = this.#finished.last(intervalName(startMs)) + 1;
    while (
      names.has(`${partName(startMs, number)}.${extension}`) ||
      names.has(`.${partName(startMs, number)}.journal`)
    ) {
      number++;
    }
    return number;
  }

  #finishDue(): void {
    if (this.#isClosed) return;
    for (const part of this.#inOrder()) if (this.#isDue(part)) this.#finish(part);
    const byAge = [...this.#open.values()].toSorted((a, b) => a.writtenMs - b.writtenMs);
    for (const part of byAge.slice(0, Math.max(0, byAge.length - this.#options.openMax)))
      this.#finish(part);
  }

  #isDue({ header, rows, writtenMs }: OpenPart): boolean {
    const { graceMs, idleMs, rowsMax } = this.#options;
    if (rows >= rowsMax || this.#nowMs() - writtenMs >= idleMs) return true;
    return header.number === 1 && this.#newestMs >= header.endMs + graceMs;
  }

  #inOrder(): OpenPart[] {
    return [...this.#open.values()].toSorted((a, b) => a.header.startMs - b.header.startMs);
  }

  /** No row comes to the part any more; its file is written when those before are. */
  #finish(part: OpenPart): void {
    this.#open.delete(part.header.startMs);
    this.#finishing = this.#finishAfter(this.#finishing, part);
  }

  async #finishAfter(before: Promise<void>, { header, file }: OpenPart): Promise<void> {
    await before;
    try {
      await file.close();
      await this.#patience.run(() => this.#write(header, file.path));
    } catch {
      // The journal stays, and the next start finishes it; `status` and `close` say why.
    }
  }

  async #write(header: PartHeader, path: string): Promise<void> {
    const { folder } = this.#options;
    const { startMs, number } = header;
    const kept = await findJournals(folder, 'finished');
    const earlier = kept.filter((journal) => journal.header.startMs === startMs);
    const { rows, duplicates } = await finishPart(
      { path, startMs, number },
      earlier.map((journal) => journal.path),
      this.#options,
    );
    if (rows > 0) await this.#finished.finish(intervalName(startMs), number);
    await rename(path, finishedPath(folder, partName(startMs, number)));
    this.#counts.files += rows > 0 ? 1 : 0;
    this.#counts.duplicates += duplicates;
    await this.#forget(kept.map((journal) => journal.path));
  }

  /** Removes the names of parts that were finished long ago. */
  async #forget(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const status = await stat(path).catch(() => null);
      if (status === null || this.#nowMs() - status.mtimeMs < NAMES_KEPT_MS) continue;
      await rm(path, { force: true });
    }
  }

  /** What an earlier run left: parts whose file is there are finished, the others go on, or are finished if the intervals are other ones. */
  async #takeUp(): Promise<void> {
    const { folder, extension, intervalMs } = this.#options;
    const names = new Set(await readdir(folder));
    for (const { path, header, sizeBytes, rowCount } of await findJournals(folder, 'open')) {
      const { startMs, endMs, number } = header;
      const name = partName(startMs, number);
      if (names.has(`${name}.${extension}`)) {
        await this.#finished.finish(intervalName(startMs), number);
        await rename(path, finishedPath(folder, name));
        continue;
      }
      const file = await AppendFile.open(path, sizeBytes);
      const part = { header, file, rows: rowCount, writtenMs: this.#nowMs() };
      const isOwn = endMs - startMs === intervalMs && startMs % intervalMs === 0;
      if (isOwn && !this.#open.has(startMs)) this.#open.set(startMs, part);
      else this.#finish(part);
    }
    for (const name of names) {
      // What a process that was killed left of a file it was writing.
      if (/^\..*Z(?:-r\d+)?\..+\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
    }
  }

  async #release(): Promise<void> {
    clearInterval(this.#timer);
    for (const { file } of this.#open.values()) await file.close();
    this.#open.clear();
  }
}
