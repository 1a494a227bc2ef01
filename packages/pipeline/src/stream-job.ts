/**
 * The present: samples in order of arrival, a watermark for each line that follows its latest sample, late samples and
 * revisions as SEMANTICS.md says. Here over a source that ends (a file, the simulator); at its end every line's watermark
 * goes to infinity.
 */
import { WindowEngine } from '@windrow/windowing';
import type { DeadLetter, SampleBatch, SourceSplit } from '@windrow/core';
import { sumOf } from './estimate.ts';
import { DeadLetterOffice } from './internal/dead-letter-office.ts';
import { PhaseClock } from './internal/phase-clock.ts';
import { PredictionBuffer, ScoreTally, collectScores } from './internal/prediction-buffer.ts';
import { Revisions } from './internal/revisions.ts';
import { timedReads } from './internal/timed-reads.ts';
import { ScorePump } from './internal/score-pump.ts';
import { jobReport, type JobOptions, type JobReport } from './job.ts';

export interface StreamOptions extends JobOptions {
  /** How far a line's watermark stays behind its latest sample, in ms. */
  readonly outOfOrderMs: number;
  /** Samples later than this are quarantined; asked for each batch (the wall clock and `max_future_s`). */
  readonly futureMs: () => number;
}

/** Everything is open: a stream judges every window. */
const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

export async function runStream(options: StreamOptions): Promise<JobReport> {
  const job = new StreamJob(options);
  return job.run();
}

class StreamJob {
  readonly #options: StreamOptions;
  readonly #engine: WindowEngine;
  readonly #pump: ScorePump;
  readonly #letters: DeadLetterOffice;
  readonly #clock: PhaseClock;
  readonly #predictions: PredictionBuffer;
  readonly #tally: ScoreTally;
  readonly #revisions: Revisions;
  #written = 0;
  #samplesRead = 0;
  #bytesRead = 0;

  constructor(options: StreamOptions) {
    const { scorer, dictionary, source } = options;
    const definitions = scorer.targets.map((target) => target.definition);
    this.#options = options;
    this.#letters = new DeadLetterOffice(options.deadLetters);
    const letter = (
      heading: DeadLetter['heading'],
      reason: string,
      slot: number,
      timestampMs: number,
      value: number,
    ): void => {
      const raw = `${dictionary.text(slot)},${timestampMs},${value}`;
      this.#letters.take({ heading, source: source.uri, row: null, reason, raw });
    };
    this.#engine = new WindowEngine(scorer.targets, {
      dictionary,
      outOfOrderMs: options.outOfOrderMs,
      aheadMs: 0,
      range: ALL,
      hooks: {
        future: (slot, timestampMs, value) =>
          letter(
            'quarantined',
            'timestamp_ms is further in the future than max_future_s allows',
            slot,
            timestampMs,
            value,
          ),
        droppedLate: (slot, timestampMs, value) =>
          letter(
            'dropped_late',
            'every window that needs the sample is closed',
            slot,
            timestampMs,
            value,
          ),
      },
    });
    this.#clock = new PhaseClock(options.nowMs);
    this.#predictions = new PredictionBuffer(definitions);
    this.#tally = new ScoreTally(definitions.length);
    this.#revisions = new Revisions(definitions);
    const collect = collectScores(this.#predictions, this.#tally, (target, endMs) =>
      this.#revisions.next(target, endMs),
    );
    this.#pump = new ScorePump(scorer, collect, this.#clock);
  }

  async run(): Promise<JobReport> {
    const splits = await this.#options.source.splits(null);
    for (const split of splits) await this.#read(split, splits);
    this.#engine.finish();
    await this.#pump.run(this.#engine);
    await this.#write();
    return this.#report();
  }

  async #read(split: SourceSplit, splits: readonly SourceSplit[]): Promise<void> {
    const { source, dictionary } = this.#options;
    const reading = source.read(split, { dictionary, range: null, reject: this.#letters.take });
    for await (const batch of timedReads(reading, this.#clock)) {
      await this.#push(batch);
      this.#progress(splits);
    }
    await this.#letters.deliver();
    this.#bytesRead += split.sizeBytes;
  }

  async #push(batch: SampleBatch): Promise<void> {
    const { signal, futureMs } = this.#options;
    signal?.throwIfAborted();
    this.#samplesRead += batch.length;
    this.#clock.measure('window', () => this.#engine.push(batch, { futureMs: futureMs() }));
    await this.#pump.run(this.#engine);
    await this.#write();
    await this.#letters.deliver();
  }

  async #write(): Promise<void> {
    await this.#pump.flush();
    const predictions = this.#predictions;
    if (predictions.length > 0) {
      await this.#clock.measureAsync('write', async () => {
        for (const sink of this.#options.sinks) await sink.write(predictions);
      });
    }
    this.#written += predictions.length;
    predictions.clear();
    for (const line of this.#engine.lines) {
      for (const window of line.windows) {
        this.#revisions.close(window.plan.target, line.watermarkMs);
      }
    }
  }

  #progress(splits: readonly SourceSplit[]): void {
    this.#options.onProgress?.({
      samples: this.#samplesRead,
      samplesTotal: sumOf(splits, (split) => split.rowCount),
      sizeBytes: this.#bytesRead,
      sizeBytesTotal: sumOf(splits, (split) => split.sizeBytes) ?? 0,
      predictions: this.#written,
      watermarkMs: Math.min(...this.#engine.lines.map((line) => line.watermarkMs)),
    });
  }

  #report(): JobReport {
    return jobReport({
      definitions: this.#predictions.definitions,
      engine: this.#engine,
      tally: this.#tally,
      letters: this.#letters,
      clock: this.#clock,
      predictions: this.#written,
      later: { put: 0, spilled: 0 },
    });
  }
}
