/** What every job is given and what it reports: backfill and stream alike. */
import type {
  DeadLetter,
  Definition,
  MetricDictionary,
  PredictionBatch,
  SampleCounts,
  Scorer,
  Sink,
  Source,
} from '@windrow/core';
import type { WindowCounts, WindowEngine } from '@windrow/windowing';
import type { DeadLetterOffice } from './internal/dead-letter-office.ts';
import type { Phase, PhaseClock } from './internal/phase-clock.ts';
import type { ScoreTally } from './internal/prediction-buffer.ts';

export interface JobOptions {
  readonly source: Source;
  readonly scorer: Scorer;
  /** Closed over the inputs of the scorer's definitions. */
  readonly dictionary: MetricDictionary;
  /** Every prediction goes to each of them. The job writes; who opened them commits or aborts. */
  readonly sinks: readonly Sink<PredictionBatch>[];
  /** Takes the rows that are set aside; null: they are counted only. */
  readonly deadLetters: Sink<readonly DeadLetter[]> | null;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  /** Ends the job between two batches: it throws the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

export interface JobProgress {
  /** Samples read so far, and how many there are if that is known. */
  readonly samples: number;
  readonly samplesTotal: number | null;
  /** Bytes of the splits read to their end, and of all. */
  readonly sizeBytes: number;
  readonly sizeBytesTotal: number;
  readonly predictions: number;
  /** The watermark, in ms; infinite at the beginning and the end. */
  readonly watermarkMs: number;
}

/** What became of the windows of one definition. */
export interface DefinitionCounts {
  readonly definition: Definition;
  readonly windows: number;
  readonly scored: number;
  readonly empty: number;
  readonly belowCoverage: number;
  readonly incomplete: number;
  /** Complete windows of which no score was finite. */
  readonly nonFinite: number;
  /** Scores that replaced an earlier one of the same window. */
  readonly revised: number;
}

export interface JobReport {
  readonly samples: SampleCounts;
  readonly definitions: readonly DefinitionCounts[];
  readonly predictions: number;
  /** The first rows that were set aside. */
  readonly deadLetters: readonly DeadLetter[];
  readonly phasesMs: Readonly<Record<Phase, number>>;
  /** Samples put aside because they came long before their time, and how many of those did not fit in memory. */
  readonly later: { readonly put: number; readonly spilled: number };
  /** Bytes of window state, as allocated. */
  readonly stateBytes: number;
}

/** The windowing's counts and the scores', as one. */
export function definitionCounts(
  definitions: readonly Definition[],
  windows: readonly WindowCounts[],
  tally: ScoreTally,
): DefinitionCounts[] {
  return windows.map((counts, i) => ({
    definition: definitions[i]!,
    windows: counts.windows,
    scored: tally.scored[i]!,
    empty: counts.empty,
    belowCoverage: counts.belowCoverage,
    incomplete: counts.incomplete,
    nonFinite: counts.complete - tally.scored[i]!,
    revised: tally.revised[i]!,
  }));
}

/** The report of a job that came to its end. */
export function jobReport(job: {
  readonly definitions: readonly Definition[];
  readonly engine: WindowEngine;
  readonly tally: ScoreTally;
  readonly letters: DeadLetterOffice;
  readonly clock: PhaseClock;
  readonly predictions: number;
  readonly later: JobReport['later'];
}): JobReport {
  const counts = job.engine.samples();
  // The letters hold what the source could not read and what the engine quarantined; the engine has counted its own.
  const unread = job.letters.quarantined - counts.quarantined;
  return {
    samples: {
      ...counts,
      received: counts.received + unread,
      quarantined: counts.quarantined + unread,
    },
    definitions: definitionCounts(job.definitions, job.engine.windows(), job.tally),
    predictions: job.predictions,
    deadLetters: job.letters.shown,
    phasesMs: job.clock.spentMs(),
    later: job.later,
    stateBytes: job.engine.sizeBytes,
  };
}
