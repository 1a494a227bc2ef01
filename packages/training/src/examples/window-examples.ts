/** One example for each scored window; its targets are cells of other metrics, after the window. */
import type { Definition } from '@windrow/core';
import type { EndRange } from '@windrow/windowing';
import {
  collectTargets,
  type TargetRecords,
  type TargetSeries,
} from '../collect/collect-targets.ts';
import type { CollectedWindows, PassOptions } from '../collect/collect-windows.ts';
import { TargetCells, targetReach } from '../targets/target-cells.ts';
import type { Horizon, TargetSpec } from '../targets/target-spec.ts';
import type { TensorForm } from '../tensor-form.ts';
import { exampleColumns, type ExampleColumns, type ExampleRow } from './example-columns.ts';

export interface WindowTargets {
  /** None: examples without a target. */
  readonly specs: readonly TargetSpec[];
  readonly horizon: Horizon;
}

export interface WindowExamples {
  readonly examples: ExampleColumns;
  /** Scored windows without any of the targets: left out. */
  readonly withoutTarget: number;
}

/** Reads the targets of the windows in one pass over the source, which has all samples: the truth is not as known, but as it is. */
export async function windowExamples(
  form: TensorForm,
  windows: CollectedWindows,
  pass: PassOptions,
  targets: WindowTargets,
): Promise<WindowExamples> {
  const { specs, horizon } = targets;
  const series = form.definitions.flatMap((definition) =>
    specs.map((spec): TargetSeries => ({ definition, metricId: spec.metricOf(definition)! })),
  );
  const records =
    specs.length === 0
      ? null
      : await collectTargets(series, {
          ...pass,
          range: targetRange(form.definitions[0]!, horizon, pass.range),
        });
  const rows: ExampleRow[] = [];
  let withoutTarget = 0;
  for (const [d, definition] of form.definitions.entries()) {
    const cells = targetReaders(definition, targets, records, d * specs.length);
    const { endsMs, records: at } = windows.records.windows(d);
    for (const [i, endMs] of endsMs.entries()) {
      const values: number[] = [];
      for (const target of cells) values.push(await target.at(endMs));
      if (values.length > 0 && values.every((value) => !Number.isFinite(value))) {
        withoutTarget++;
        continue;
      }
      rows.push(rowOf(definition, { definition: d, endMs, record: at[i]! }, values, horizon));
    }
  }
  const names = { targets: specs.map((spec) => spec.name), attributes: [] };
  return { examples: exampleColumns(rows, names, false), withoutTarget };
}

function targetReaders(
  definition: Definition,
  { specs, horizon }: WindowTargets,
  records: TargetRecords | null,
  firstSeries: number,
): TargetCells[] {
  if (records === null) return [];
  return specs.map((_, t) => new TargetCells(definition, horizon, records.reader(firstSeries + t)));
}

function rowOf(
  { resolutionMs }: Definition,
  window: Pick<ExampleRow, 'definition' | 'endMs' | 'record'>,
  targets: readonly number[],
  { horizonMs, spanMs }: Horizon,
): ExampleRow {
  const ownMs = targets.length === 0 ? 0 : horizonMs + (spanMs ?? resolutionMs);
  return {
    ...window,
    reachMs: window.endMs + ownMs,
    timestampMs: Number.NaN,
    knownMs: Number.NaN,
    // What is not finite is no target.
    targets: targets.map((value) => (Number.isFinite(value) ? value : Number.NaN)),
    attributes: [],
  };
}

/** Ends of the cells that the targets of these windows may need. */
function targetRange(definition: Definition, horizon: Horizon, range: EndRange): EndRange {
  const { before, own, after } = targetReach(definition, horizon);
  const { resolutionMs } = definition;
  return {
    afterMs: range.afterMs + horizon.horizonMs - before * resolutionMs,
    untilMs: range.untilMs + horizon.horizonMs + (own + after) * resolutionMs,
  };
}
