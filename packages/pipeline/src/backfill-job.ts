/**
 * The past: a bounded source, all of whose samples are known before windows are judged, so that nothing is late.
 *
 *     splits in order of time ─read─> batches ─┬─> engine ─tensors─> scorer ─scores─> sorted ─> sinks
 *                                              └─> later samples (slices; spilled beyond a budget) ─┘
 *
 * The watermark is what the splits promise (`read-order.ts`). Samples far past it wait in slices (`later-samples.ts`), so
 * memory depends on series, windows and the two budgets, never on the size or the order of the input. Predictions leave in
 * order of window end, then definition, whatever the order of the input.
 */
import { WindrowError, type SampleBatch, type SourceSplit, type TimeRange } from '@windrow/core';
import { WindowEngine, neededRange, type EndRange } from '@windrow/windowing';
import { expectedRead, readsParts } from './expected-read.ts';
import { refuseBrokenPromise } from './internal/broken-promise.ts';
import { DeadLetterOffice } from './internal/dead-letter-office.ts';
import { PhaseClock } from './internal/phase-clock.ts';
import { PredictionBuffer, ScoreTally, collectScores } from './internal/prediction-buffer.ts';
import { timedReads } from './internal/timed-reads.ts';
import { ScorePump } from './internal/score-pump.ts';
import { jobReport, type JobOptions, type JobReport } from './job.ts';
import { LaterSamples, type SpillSpace } from './later-samples.ts';
import { chooseReach } from './reach.ts';
import { readOrder, type OrderedSplit } from './read-order.ts';

export interface BackfillOptions extends JobOptions {
  /** Window ends to be scored. */
  readonly range: EndRange;
  /** For samples that do not fit in memory while they wait. */
  readonly spill: SpillSpace;
  /** Samples that may wait in memory (20 bytes each). Default 2^22. */
  readonly laterRowsMax?: number;
  /** Bytes of window state that may be spent on reading ahead of the watermark. Default 128 MiB. */
  readonly aheadBytesMax?: number;
  /** Ends the run at the first row that is refused. */
  readonly strict?: boolean;
  /** Where the run is one slice of a larger one. */
  readonly part?: BackfillPart;
}

/** What a slice leaves to others. */
export interface BackfillPart {
  /** What is read; null: what the source lists for the range. */
  readonly splits: readonly SourceSplit[] | null;
  /** Splits of which another slice tells what could not be read. */
  readonly toldElsewhere: ReadonlySet<SourceSplit>;
  /** Samples outside of it are read by another slice too; null: all are. */
  readonly homeRange: TimeRange | null;
}

/** The report of a backfill. */
export interface BackfillReport extends JobReport {
  /** Samples of `received` that another slice has received too. */
  readonly repeated: number;
  /** By target. */
  readonly windowSpans: readonly WindowSpan[];
}

/** Ends of the first and last window that was not empty; null where there was none. */
export interface WindowSpan {
  readonly firstEndMs: number | null;
  readonly lastEndMs: number | null;
}

const LATER_ROWS_MAX = 1 << 22;
/** Bytes of samples that may wait in memory, unless asked otherwise. */
export const LATER_BYTES_MAX: number = LATER_ROWS_MAX * 20;
export const AHEAD_BYTES_MAX: number = 128 << 20;
/** Windows that may wait for a full batch before all are scored and written. */
const WAITING_MAX = 8192;

/**
 * Reads, windows, scores and writes; committing the sinks is left to who opened them.
 * @throws WindrowError INPUT at the first refused row of a strict run, or where a split breaks its promise
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillReport> {
  const { source, scorer, range, part } = options;
  const splits = part?.splits ?? (await source.splits(neededRange(scorer.targets, range)));
  return new BackfillJob(options, splits).run();
}

class BackfillJob {
  readonly #options: BackfillOptions;
  readonly #order: readonly OrderedSplit[];
  readonly #rows: number | null;
  readonly #sizeBytes: number;
  readonly #engine: WindowEngine;
  readonly #later: LaterSamples;
  readonly #aheadMs: number;
  readonly #pump: ScorePump;
  readonly #letters: DeadLetterOffice;
  readonly #clock: PhaseClock;
  readonly #predictions: PredictionBuffer;
  readonly #tally: ScoreTally;
  #written = 0;
  #samplesRead = 0;
  #samplesRepeated = 0;
  #bytesRead = 0;

  constructor(options: BackfillOptions, splits: readonly SourceSplit[]) {
    const { scorer, dictionary, range } = options;
    const definitions = scorer.targets.map((target) => target.definition);
    this.#options = options;
    this.#order = readOrder(splits);
    const needed = neededRange(scorer.targets, range);
    this.#rows = expectedRead(splits, needed, readsParts(options.source)).rows;
    this.#sizeBytes = splits.reduce((sum, split) => sum + split.sizeBytes, 0);
    const reach = chooseReach(
      scorer.targets,
      this.#order,
      options.aheadBytesMax ?? AHEAD_BYTES_MAX,
    );
    this.#aheadMs = reach.aheadMs;
    this.#later = new LaterSamples(dictionary, options.spill, {
      sliceMs: reach.sliceMs,
      rowsMax: options.laterRowsMax ?? LATER_ROWS_MAX,
    });
    this.#engine = new WindowEngine(scorer.targets, {
      dictionary,
      outOfOrderMs: null,
      aheadMs: reach.aheadMs,
      range,
      hooks: { later: (slot, timestampMs, value) => this.#later.put(slot, timestampMs, value) },
    });
    this.#clock = new PhaseClock(options.nowMs);
    this.#letters = new DeadLetterOffice(options.deadLetters);
    this.#predictions = new PredictionBuffer(definitions);
    this.#tally = new ScoreTally(definitions.length);
    // Nothing is late in a backfill: every window is scored once.
    const collect = collectScores(this.#predictions, this.#tally, () => 0);
    this.#pump = new ScorePump(scorer, collect, this.#clock);
  }

  async run(): Promise<BackfillReport> {
    for (const { split, keyMs } of this.#order) {
      await this.#advance(keyMs);
      await this.#read(split);
    }
    await this.#advance(Number.POSITIVE_INFINITY);
    await this.#write();
    this.#progress();
    return this.#report();
  }

  async #read(split: SourceSplit): Promise<void> {
    const { source, dictionary, scorer, range, part } = this.#options;
    const reading = source.read(split, {
      dictionary,
      range: neededRange(scorer.targets, range),
      reject: part?.toldElsewhere.has(split) === true ? ignore : this.#letters.take,
    });
    for await (const batch of timedReads(reading, this.#clock)) {
      await this.#letters.deliver();
      this.#samplesRead += batch.length;
      const home = part?.homeRange ?? null;
      if (home !== null) {
        refuseBrokenPromise(batch, split, home);
        this.#samplesRepeated += countOutside(batch, home);
      } else if (part !== undefined) this.#samplesRepeated += batch.length;
      await this.#push(batch);
      this.#refuseIfStrict();
      this.#progress();
    }
    await this.#letters.deliver();
    this.#refuseIfStrict();
    this.#bytesRead += split.sizeBytes;
  }

  async #push(batch: SampleBatch): Promise<void> {
    this.#options.signal?.throwIfAborted();
    this.#clock.measure('window', () => this.#engine.push(batch));
    await this.#pump.run(this.#engine);
    await this.#later.makeRoom();
  }

  #refuseIfStrict(): void {
    if (this.#options.strict !== true) return;
    const { invalid } = this.#engine.samples();
    const refused = this.#letters.quarantined + invalid;
    if (refused === 0) return;
    const first = this.#letters.shown[0];
    const where =
      first === undefined
        ? `${invalid} with a value that is no finite number`
        : `the first is ${first.source}${first.row === null ? '' : `, row ${first.row}`}: ${first.reason}`;
    throw new WindrowError(
      'INPUT',
      `strict: refused rows, of which there were ${refused} when the run ended; ${where}`,
    );
  }

  /**
   * Moves the watermark to `toMs`, taking back on the way the samples that were put aside. Watermarks are multiples of the
   * slice, so that samples of one slice, and so of one cell, keep their order of arrival.
   */
  async #advance(toMs: number): Promise<void> {
    const { sliceMs } = this.#later;
    const goalMs = Number.isFinite(toMs) ? Math.floor(toMs / sliceMs) * sliceMs : toMs;
    for (;;) {
      const sliceEndMs = this.#later.earliestMs + sliceMs;
      await this.#advanceEngine(Math.min(goalMs, sliceEndMs - this.#aheadMs));
      if (sliceEndMs > this.#engine.horizonMs || !Number.isFinite(sliceEndMs)) return;
      for await (const batch of this.#later.take()) await this.#push(batch);
      this.#progress();
    }
  }

  async #advanceEngine(watermarkMs: number): Promise<void> {
    if (watermarkMs <= this.#engine.watermarkMs) return;
    this.#engine.advance(watermarkMs);
    await this.#pump.run(this.#engine);
    if (this.#pump.waiting >= WAITING_MAX) await this.#write();
  }

  /** Scores what waits and writes what is known: all windows up to the watermark, and none after it, in order. */
  async #write(): Promise<void> {
    await this.#pump.flush();
    const predictions = this.#predictions;
    if (predictions.length === 0) return;
    predictions.sort();
    await this.#clock.measureAsync('write', async () => {
      for (const sink of this.#options.sinks) await sink.write(predictions);
    });
    this.#written += predictions.length;
    predictions.clear();
  }

  #progress(): void {
    this.#options.onProgress?.({
      samples: this.#samplesRead,
      samplesTotal: this.#rows,
      sizeBytes: this.#bytesRead,
      sizeBytesTotal: this.#sizeBytes,
      predictions: this.#written + this.#predictions.length,
      watermarkMs: this.#engine.watermarkMs,
    });
  }

  #report(): BackfillReport {
    const report = jobReport({
      definitions: this.#predictions.definitions,
      engine: this.#engine,
      tally: this.#tally,
      letters: this.#letters,
      clock: this.#clock,
      predictions: this.#written,
      later: this.#later.statistics,
    });
    return { ...report, repeated: this.#samplesRepeated, windowSpans: windowSpans(this.#engine) };
  }
}

function ignore(): void {
  // The slice that tells of this split has the same row.
}

function countOutside({ length, timestampsMs }: SampleBatch, home: TimeRange): number {
  const { startMs, endMs } = home;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const ms = timestampsMs[i]!;
    if (ms < startMs || ms >= endMs) count++;
  }
  return count;
}

function windowSpans(engine: WindowEngine): WindowSpan[] {
  const spans: WindowSpan[] = [];
  for (const { windows } of engine.lines) {
    for (const window of windows) {
      const { firstEndMs, lastEndMs } = window.save();
      const isAny = Number.isFinite(firstEndMs);
      spans[window.target] = isAny
        ? { firstEndMs, lastEndMs }
        : { firstEndMs: null, lastEndMs: null };
    }
  }
  return spans;
}
