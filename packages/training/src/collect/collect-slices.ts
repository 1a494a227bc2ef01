/**
 * The windows of a source slice by slice of time: adjacent ranges give together what their union gives. Slices that a run before
 * has done are taken as they are.
 */
import { SampleCounter, type DeadLetter, type SampleCounts } from '@windrow/core';
import type { EndRange } from '@windrow/windowing';
import type { TensorForm } from '../tensor-form.ts';
import { collectInto, type CollectedWindows, type PassOptions } from './collect-windows.ts';
import { WindowRecords } from './collected-windows.ts';
import type { SliceFolder } from './slice-folder.ts';
import type { CollectOptions, RefusedFor } from './window-collector.ts';
import { newWindowCounts, type ExportedWindowCounts } from './window-counts.ts';

const LETTERS_MAX = 20;

/** What is kept of a slice beside its records. */
interface SliceState {
  readonly definitions: readonly number[];
  readonly endsMs: readonly number[];
  readonly counts: readonly {
    readonly scored: number;
    readonly belowCoverage: number;
    readonly incomplete: number;
    readonly belowCoverageByInput: readonly number[];
    readonly incompleteByInput: readonly number[];
  }[];
  readonly refused: readonly (readonly (readonly [endMs: number, reason: RefusedFor])[])[];
  readonly samples: SampleCounts;
  readonly deadLetters: readonly DeadLetter[];
}

/** Ranges of at most `sliceMs` that make up a finite one. */
export function slicesOf({ afterMs, untilMs }: EndRange, sliceMs: number): EndRange[] {
  const slices: EndRange[] = [];
  for (let from = afterMs; from < untilMs; from += sliceMs) {
    slices.push({ afterMs: from, untilMs: Math.min(untilMs, from + sliceMs) });
  }
  return slices;
}

export async function collectSlices(
  form: TensorForm,
  pass: PassOptions,
  keep: Omit<CollectOptions, 'range'>,
  { folder, slices }: { readonly folder: SliceFolder; readonly slices: readonly EndRange[] },
): Promise<CollectedWindows> {
  const records = new WindowRecords(form, folder);
  const states: SliceState[] = [];
  for (const [slice, range] of slices.entries()) {
    pass.signal.throwIfAborted();
    const done = await folder.take<SliceState>(slice);
    if (done !== null) {
      records.adopt(done.state.definitions, done.state.endsMs);
      states.push(done.state);
      continue;
    }
    await folder.begin(slice);
    const before = records.count;
    const windows = await collectInto(records, form, { ...pass, range }, keep);
    const state = stateOf(windows, records.since(before));
    await folder.complete(slice, state);
    states.push(state);
  }
  return { records, ...merged(form, states) };
}

function stateOf(
  { counts, refused, samples, deadLetters }: Omit<CollectedWindows, 'records'>,
  added: Pick<SliceState, 'definitions' | 'endsMs'>,
): SliceState {
  return {
    ...added,
    counts: counts.map((own) => ({
      ...own,
      belowCoverageByInput: [...own.belowCoverageByInput],
      incompleteByInput: [...own.incompleteByInput],
    })),
    refused: refused.map((own) => [...own]),
    samples,
    deadLetters,
  };
}

function merged(
  form: TensorForm,
  states: readonly SliceState[],
): Omit<CollectedWindows, 'records'> {
  const samples = new SampleCounter();
  const counts = form.definitions.map(() => newWindowCounts(form.channels));
  const refused = form.definitions.map(() => new Map<number, RefusedFor>());
  for (const state of states) {
    samples.addAll(state.samples);
    for (const [d, own] of state.counts.entries()) addCounts(counts[d]!, own);
    for (const [d, own] of state.refused.entries()) {
      for (const [endMs, reason] of own) refused[d]!.set(endMs, reason);
    }
  }
  const deadLetters = states.flatMap((state) => state.deadLetters).slice(0, LETTERS_MAX);
  return { counts, refused, samples: samples.snapshot(), deadLetters };
}

function addCounts(to: ExportedWindowCounts, from: SliceState['counts'][number]): void {
  to.scored += from.scored;
  to.belowCoverage += from.belowCoverage;
  to.incomplete += from.incomplete;
  for (const [c, count] of from.belowCoverageByInput.entries())
    to.belowCoverageByInput[c]! += count;
  for (const [c, count] of from.incompleteByInput.entries()) to.incompleteByInput[c]! += count;
}
