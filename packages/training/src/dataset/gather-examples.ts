/** From a request to examples: labels or windows, all data or as known. */
import type { SampleCounts, DeadLetter } from '@windrow/core';
import { collectWindows, type CollectedWindows } from '../collect/collect-windows.ts';
import { collectSlices } from '../collect/collect-slices.ts';
import { replayWindows } from '../collect/replay-windows.ts';
import type { CollectOptions } from '../collect/window-collector.ts';
import type { ExampleColumns } from '../examples/example-columns.ts';
import { LabelledWindows, type LabelOutcomes } from '../examples/label-examples.ts';
import { windowExamples } from '../examples/window-examples.ts';
import { readLabels } from '../labels/label-reader.ts';
import type { LabelCounts } from '../labels/label.ts';
import { settleLabels } from '../labels/settle-labels.ts';
import { checkHorizon, parseTargets } from '../targets/target-spec.ts';
import type { TensorForm } from '../tensor-form.ts';
import type { KeptSlices } from './kept-slices.ts';
import { compareClocks, type ClockComparison } from './compare-clocks.ts';
import type { ExportRequest, LabelRequest, WindowRequest } from './export-request.ts';

/** What became of the labels. */
export interface LabelReport {
  readonly counts: LabelCounts;
  readonly outcomes: LabelOutcomes;
  readonly refusals: readonly string[];
}

export interface Gathered {
  readonly examples: ExampleColumns;
  /** The windows of which they are. */
  readonly windows: CollectedWindows;
  readonly labels: LabelReport | null;
  /** Scored windows left out for want of a target. */
  readonly withoutTarget: number;
  readonly clocks: ClockComparison | null;
  readonly samples: SampleCounts;
  readonly deadLetters: readonly DeadLetter[];
}

/** @param slices where slices of time are kept; null: all windows are made at once */
export function gatherExamples(
  form: TensorForm,
  request: ExportRequest,
  slices: KeptSlices | null,
): Promise<Gathered> {
  const { examples } = request;
  return examples.from === 'labels'
    ? gatherLabelled(form, request, examples.labels, slices)
    : gatherWindows(form, request, examples.windows, slices);
}

async function gatherLabelled(
  form: TensorForm,
  request: ExportRequest,
  labels: LabelRequest,
  slices: KeptSlices | null,
): Promise<Gathered> {
  const table = await readLabels(labels.path, labels.mapping);
  const settled = settleLabels(table, labels.asOfMs);
  const labelled = new LabelledWindows(form, settled.labels, {
    lagMs: labels.lagMs,
    attributes: table.attributes,
  });
  const { windows, clocks } = await gather(form, request, {
    wanted: (definition, endMs) => labelled.wants(definition, endMs),
    keepRefused: true,
    slices,
  });
  const { examples, outcomes } = labelled.examples(windows, request.pass.range);
  return {
    examples,
    windows,
    labels: { counts: settled.counts, outcomes, refusals: table.refusals },
    withoutTarget: 0,
    clocks,
    samples: windows.samples,
    deadLetters: windows.deadLetters,
  };
}

async function gatherWindows(
  form: TensorForm,
  request: ExportRequest,
  { targets, horizonMs, spanMs }: WindowRequest,
  slices: KeptSlices | null,
): Promise<Gathered> {
  const horizon = { horizonMs, spanMs };
  checkHorizon(horizon, form.definitions[0]!.resolutionMs);
  const specs = parseTargets(targets, form.definitions);
  const { windows, clocks } = await gather(form, request, {
    wanted: () => true,
    keepRefused: false,
    slices,
  });
  // The rows that are set aside were told of when the windows were made.
  const pass = { ...request.pass, deadLetters: null };
  const { examples, withoutTarget } = await windowExamples(form, windows, pass, { specs, horizon });
  return {
    examples,
    windows,
    labels: null,
    withoutTarget,
    clocks,
    samples: windows.samples,
    deadLetters: windows.deadLetters,
  };
}

/** The windows as asked for; where they are as known, those of all data beside them are compared and forgotten. */
async function gather(
  form: TensorForm,
  { pass, asKnown }: ExportRequest,
  { slices, ...keep }: Omit<CollectOptions, 'range'> & { readonly slices: KeptSlices | null },
): Promise<{ readonly windows: CollectedWindows; readonly clocks: ClockComparison | null }> {
  if (asKnown === null) {
    const windows =
      slices === null
        ? await collectWindows(form, pass, keep)
        : await collectSlices(form, pass, keep, slices);
    return { windows, clocks: null };
  }
  const windows = await replayWindows(form, pass, keep, asKnown);
  // The rows that are set aside were told of once.
  const allData = await collectWindows(form, { ...pass, deadLetters: null }, keep);
  const clocks = await compareClocks(windows, allData, form.definitions.length);
  return { windows, clocks };
}
