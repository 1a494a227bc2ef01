/**
 * The state machine: samples, time and definitions in, tensors, scores and dead letters out. The same inputs in the same order lead
 * to the same state, which is what replaying a journal relies on. It knows no clock, no source and no sink.
 */
import {
  HEADINGS,
  SampleCounter,
  type DeadLetter,
  type MetricDictionary,
  type SampleBatch,
  type SampleCounts,
} from '@windrow/core';
import { WindowEngine } from '@windrow/windowing';
import type { LiveJobOptions } from '../live-job-options.ts';
import type { CheckpointImage } from './checkpoint-image.ts';
import { FormerWindows } from './former-windows.ts';
import { keyOfTarget, type Generation } from './generation.ts';
import type { ArrivalTimes } from './journal-format.ts';
import type { LetterBox } from './letter-box.ts';
import { Outbox } from './outbox.ts';
import { NO_REVISION, ScoreLedger, type Score } from './score-ledger.ts';

/** Everything is open: a live job judges every window. */
const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

/** Works off what was pushed to the engine. */
export type RunEngine = (engine: WindowEngine) => Promise<void>;

/** Samples that came together, with what was rejected on the way. */
export interface Arrived extends ArrivalTimes {
  /** Key of the source. */
  readonly source: string;
  readonly rejected: number;
  readonly letters: readonly DeadLetter[];
  readonly batches: Iterable<SampleBatch>;
}

/** What is known about a score besides. */
export interface ScoreNotes {
  /** Wall clock. */
  readonly wallMs: number;
  /** When its window was judged, where that is known. */
  readonly judgedMs?: number;
  /** As the journal has it. */
  readonly revision?: number;
}

export interface CoreParts {
  readonly options: Pick<LiveJobOptions, 'dictionary' | 'outOfOrderMs' | 'idleAfterMs'>;
  readonly generation: Generation;
  readonly letters: LetterBox;
  /** Where to go on; null: at the beginning. */
  readonly image: CheckpointImage | null;
  /** The generations that the image names. */
  readonly generations: ReadonlyMap<string, Generation>;
}

export class LiveCore {
  readonly engine: WindowEngine;
  readonly ledger: ScoreLedger;
  readonly outbox: Outbox;
  readonly former: FormerWindows = new FormerWindows();
  readonly #letters: LetterBox;
  readonly #dictionary: MetricDictionary;
  readonly #idleAfterMs: number | null;
  #generation: Generation;
  #source = '';
  /** Rows that sources could not read. */
  #unread = 0;
  /** Samples of lines that no definition is about any more. */
  readonly #retired: SampleCounter = new SampleCounter();

  constructor(parts: CoreParts) {
    const { options, generation, letters, image } = parts;
    this.#letters = letters;
    this.#dictionary = options.dictionary;
    this.#idleAfterMs = options.idleAfterMs;
    this.#generation = generation;
    this.engine = new WindowEngine(generation.targets, {
      dictionary: options.dictionary,
      outOfOrderMs: options.outOfOrderMs,
      aheadMs: 0,
      range: ALL,
      hooks: { future: this.#future, droppedLate: this.#droppedLate },
    });
    this.ledger = new ScoreLedger(generation.targets);
    this.outbox = image === null ? new Outbox(generation, 0) : this.#restore(image, parts);
  }

  get generation(): Generation {
    return this.#generation;
  }

  get unread(): number {
    return this.#unread;
  }

  get retired(): SampleCounts {
    return this.#retired.snapshot();
  }

  /** What became of the samples; rows that could not be read are quarantined. */
  samples(): SampleCounts {
    const sum = new SampleCounter();
    sum.addAll(this.engine.samples());
    sum.addAll(this.retired);
    sum.add('quarantined', this.#unread);
    return sum.snapshot();
  }

  /** Takes samples, and judges what becomes due. */
  async arrived(arrived: Arrived, run: RunEngine): Promise<void> {
    this.#source = arrived.source;
    this.#unread += arrived.rejected;
    for (const letter of arrived.letters) this.#letters.take(letter);
    for (const batch of arrived.batches) {
      this.engine.push(batch, { nowMs: arrived.listeningMs, futureMs: arrived.futureMs });
      await run(this.engine);
    }
  }

  /** Whether some line is silent for so long that its watermark goes on with the clock. */
  isAnyIdle(listeningMs: number): boolean {
    const idleAfterMs = this.#idleAfterMs;
    if (idleAfterMs === null) return false;
    return this.engine.lines.some(
      ({ lastArrivalMs, watermarkMs }) =>
        lastArrivalMs > Number.NEGATIVE_INFINITY &&
        watermarkMs > Number.NEGATIVE_INFINITY &&
        listeningMs - lastArrivalMs > idleAfterMs,
    );
  }

  /** Time passes for silent lines. */
  async tick(listeningMs: number, run: RunEngine): Promise<void> {
    if (this.#idleAfterMs === null) return;
    this.engine.tick(listeningMs, this.#idleAfterMs);
    await run(this.engine);
  }

  /** The input is over: every window that is left is judged. */
  async finish(run: RunEngine): Promise<void> {
    this.engine.finish();
    await run(this.engine);
  }

  /** The windows are those of other definitions; their scores are `redefineScores`. */
  redefineWindows(generation: Generation): void {
    admitInputs(generation, this.#dictionary);
    this.#noteFormer(generation);
    const before = this.engine.samples();
    this.engine.redefine(generation.targets);
    // Lines that are gone take their counts with them; what was counted once stays counted.
    const after = this.engine.samples();
    for (const heading of HEADINGS) this.#retired.add(heading, before[heading] - after[heading]);
  }

  /** Takes note of the windows whose definition goes, or becomes another one. */
  #noteFormer({ targets }: Generation): void {
    const staying = new Set(targets.map(keyOfTarget));
    for (const { plan, watermarkMs } of this.engine.lines) {
      if (watermarkMs === Number.NEGATIVE_INFINITY) continue;
      for (const window of plan.windows) {
        const { outputMetricId } = window.definition;
        if (!staying.has(keyOfTarget(window))) this.former.note(outputMetricId, watermarkMs);
      }
    }
  }

  /** Scores are those of other definitions from now on. */
  redefineScores(generation: Generation): void {
    this.#generation = generation;
    this.ledger.redefine(generation.targets);
    this.outbox.redefine(generation);
  }

  /** A score has come: as the journal has it, or its revision is found here. Returns the revision. */
  scored(score: Score, { wallMs, judgedMs, revision: known }: ScoreNotes): number {
    const revision = known ?? this.#revisionOf(score);
    this.ledger.take(score, revision, wallMs);
    if (revision !== NO_REVISION) this.outbox.push(score, revision, judgedMs);
    return revision;
  }

  #revisionOf(score: Score): number {
    const { outputMetricId } = this.#generation.targets[score.target]!.definition;
    return this.former.has(outputMetricId, score.windowEndMs)
      ? NO_REVISION
      : this.ledger.revisionOf(score);
  }

  /** Forgets the revisions of windows that are closed. No window that was judged may wait for its score. */
  closeRevisions(): void {
    for (const { windows, watermarkMs } of this.engine.lines) {
      for (const { target, plan } of windows) {
        const { outputMetricId, allowedLatenessMs } = plan.definition;
        this.ledger.close(target, watermarkMs);
        this.former.close(outputMetricId, watermarkMs - allowedLatenessMs);
      }
    }
  }

  /** When each line was heard last, by the listening clock. */
  arrivals(): Record<string, number> {
    return Object.fromEntries(
      this.engine.lines.map((line) => [line.plan.lineId, line.lastArrivalMs]),
    );
  }

  /** Everything but the engine's cells, which its parts restore. */
  #restore(image: CheckpointImage, { generations, generation }: CoreParts): Outbox {
    const { state, waiting } = image;
    const rows = waiting.reduce((sum, batch) => sum + batch.rows.length, 0);
    const outbox = new Outbox(generation, state.made - rows);
    for (const batch of waiting) {
      outbox.redefine(generations.get(batch.generation)!);
      for (const { score, revision } of batch.rows) outbox.push(score, revision);
    }
    outbox.redefine(generation);
    this.ledger.load(state.ledger);
    this.#unread = state.letters.unread;
    this.#retired.addAll(state.retired);
    this.former.load(state.former);
    return outbox;
  }

  /** After the engine's parts were restored, which do not say when lines were heard. */
  restoreArrivals(arrivals: Readonly<Record<string, number>>): void {
    for (const line of this.engine.lines) {
      line.lastArrivalMs = arrivals[line.plan.lineId] ?? Number.NEGATIVE_INFINITY;
    }
  }

  readonly #future = (slot: number, timestampMs: number, value: number): void => {
    const reason = 'timestamp_ms is further in the future than max_future_s allows';
    this.#takeLetter('quarantined', reason, slot, timestampMs, value);
  };

  readonly #droppedLate = (slot: number, timestampMs: number, value: number): void => {
    const reason = 'every window that needs the sample is closed';
    this.#takeLetter('dropped_late', reason, slot, timestampMs, value);
  };

  #takeLetter(
    heading: DeadLetter['heading'],
    reason: string,
    slot: number,
    timestampMs: number,
    value: number,
  ): void {
    const raw = `${this.#dictionary.text(slot)},${timestampMs},${value}`;
    this.#letters.take({ heading, source: this.#source, row: null, reason, raw });
  }
}

/** Puts the inputs of definitions into a dictionary. */
export function admitInputs({ targets }: Generation, dictionary: MetricDictionary): void {
  for (const { definition } of targets) {
    for (const id of definition.inputMetricIds) dictionary.admit(id);
  }
}
