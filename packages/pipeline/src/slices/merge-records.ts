/** What the slices say, as one run would say it. */
import { SampleCounter, type DeadLetter, type Definition } from '@windrow/core';
import type { EndRange } from '@windrow/windowing';
import type { BackfillReport, WindowSpan } from '../backfill-job.ts';
import type { DefinitionCounts } from '../job.ts';
import type { SliceRecord, TargetCounts } from './slice-record.ts';
import type { Slice } from './slice.ts';

/** Dead letters shown. */
const LETTERS_MAX = 20;

/**
 * Adds up finished slices. Samples are counted as often as they were received: those that two slices needed stand in `repeated` too.
 * Times of phases are those of all workers together, state that of the largest slice.
 */
export function mergeRecords(
  records: ReadonlyMap<number, SliceRecord>,
  slices: readonly Slice[],
  whole: { readonly definitions: readonly Definition[]; readonly range: EndRange },
): BackfillReport {
  const counter = new SampleCounter();
  const targets: TargetCounts[] = whole.definitions.map(() => NONE);
  const deadLetters: DeadLetter[] = [];
  const phasesMs = { read: 0, window: 0, score: 0, write: 0 };
  const sums = { put: 0, spilled: 0, predictions: 0, repeated: 0 };
  let stateBytes = 0;
  for (const slice of slices) {
    const record = records.get(slice.index);
    if (record === undefined) continue;
    counter.addAll(record.samples);
    for (const [own, counts] of record.targets.entries()) {
      const target = slice.targets?.[own] ?? own;
      targets[target] = plus(targets[target]!, counts);
    }
    deadLetters.push(...record.deadLetters.slice(0, LETTERS_MAX - deadLetters.length));
    for (const phase of ['read', 'window', 'score', 'write'] as const) {
      phasesMs[phase] += record.phasesMs[phase];
    }
    sums.put += record.later.put;
    sums.spilled += record.later.spilled;
    sums.predictions += record.predictions;
    sums.repeated += record.repeated;
    stateBytes = Math.max(stateBytes, record.stateBytes);
  }
  const { put, spilled, predictions, repeated } = sums;
  return {
    samples: counter.snapshot(),
    definitions: targets.map((counts, i) => countsOf(whole.definitions[i]!, counts, whole.range)),
    predictions,
    deadLetters,
    phasesMs,
    later: { put, spilled },
    stateBytes,
    repeated,
    windowSpans: targets.map(({ firstEndMs, lastEndMs }): WindowSpan => ({
      firstEndMs,
      lastEndMs,
    })),
  };
}

const NONE: TargetCounts = {
  windows: 0,
  scored: 0,
  empty: 0,
  belowCoverage: 0,
  incomplete: 0,
  nonFinite: 0,
  firstEndMs: null,
  lastEndMs: null,
};

function plus(a: TargetCounts, b: TargetCounts): TargetCounts {
  return {
    windows: a.windows + b.windows,
    scored: a.scored + b.scored,
    empty: a.empty + b.empty,
    belowCoverage: a.belowCoverage + b.belowCoverage,
    incomplete: a.incomplete + b.incomplete,
    nonFinite: a.nonFinite + b.nonFinite,
    // Slices come in order of time.
    firstEndMs: a.firstEndMs ?? b.firstEndMs,
    lastEndMs: b.lastEndMs ?? a.lastEndMs,
  };
}

/**
 * Where the range has an open end, a slice has counted empty windows up to its cuts which one run would not count: windows go from
 * the first that was not empty to the last.
 */
function countsOf(
  definition: Definition,
  counts: TargetCounts,
  { afterMs, untilMs }: EndRange,
): DefinitionCounts {
  const { scored, belowCoverage, incomplete, nonFinite, firstEndMs, lastEndMs } = counts;
  const { stepMs } = definition;
  const first = Number.isFinite(afterMs) ? (Math.floor(afterMs / stepMs) + 1) * stepMs : firstEndMs;
  const last = Number.isFinite(untilMs) ? Math.floor(untilMs / stepMs) * stepMs : lastEndMs;
  const isAny = first !== null && last !== null && last >= first;
  const windows = isAny ? last / stepMs - first / stepMs + 1 : 0;
  return {
    definition,
    windows,
    scored,
    empty: windows - scored - belowCoverage - incomplete - nonFinite,
    belowCoverage,
    incomplete,
    nonFinite,
    revised: 0,
  };
}
