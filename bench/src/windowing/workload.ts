/** Samples and engines for the windowing benchmark: made in memory, live, one sample a second of each series. */
import {
  MetricDictionary,
  SampleColumns,
  checkDefinitions,
  type Definition,
  type TensorViews,
} from '@windrow/core';
import { WindowEngine, type DeliveryRule, type TensorSink } from '@windrow/windowing';

export const START_MS = 1_700_000_000_000;
const BATCH_ROWS = 65_536;
const OUT_OF_ORDER_MS = 5000;

/** What of a definition matters here. */
export interface WindowSpec {
  readonly line: number;
  /** Series of the line that it reads. */
  readonly inputs: readonly number[];
  readonly windowS: number;
  readonly stepS: number;
  readonly resolutionS?: number;
  readonly latenessS?: number;
}

export interface Workload {
  readonly lines: number;
  readonly seriesPerLine: number;
  readonly seconds: number;
  readonly windows: readonly WindowSpec[];
  /** How tensors go to the sink; left out: by cost. */
  readonly delivery?: DeliveryRule;
  /** null: the watermark is moved from outside; left out: 5 s. */
  readonly outOfOrderMs?: number | null;
  /** With that, how far samples may be ahead. */
  readonly aheadMs?: number;
}

function id(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function definitionsOf({ windows, seriesPerLine }: Workload): Definition[] {
  const entries = windows.map((window, n) => ({
    where: `window ${n}`,
    value: {
      input_metric_ids: window.inputs.map((series) => id(window.line * seriesPerLine + series)),
      window_size_s: window.windowS,
      step_size_s: window.stepS,
      resolution_s: window.resolutionS ?? 1,
      allowed_lateness_s: window.latenessS ?? 0,
      line_id: id(10_000_000 + window.line),
      model_identifier: 'none',
      model_version: null,
      output_metric_id: id(20_000_000 + n),
      output_device_id: id(0),
      output_machine_id: id(0),
      output_metric_name: '',
    },
  }));
  return checkDefinitions(entries, 'windowing benchmark');
}

/** A sink that has a place for every tensor, or takes views of it, and forgets it. */
export class ForgettingSink implements TensorSink {
  tensors = 0;
  readonly views: TensorViews = {
    takes: () => true,
    isBusy: () => false,
    lend: () => {
      this.tensors++;
    },
  };
  readonly #row: { data: Float64Array; offset: number };

  constructor(tensorLength: number) {
    this.#row = { data: new Float64Array(tensorLength), offset: 0 };
  }

  reserve(): { data: Float64Array; offset: number } {
    return this.#row;
  }

  commit(): void {
    this.tensors++;
  }
}

/** An engine, its sink, and the batches to push. */
export interface Rig {
  readonly engine: WindowEngine;
  readonly sink: ForgettingSink;
  readonly dictionary: MetricDictionary;
}

export function rigOf(workload: Workload): Rig {
  const definitions = definitionsOf(workload);
  const dictionary = MetricDictionary.of(
    Array.from({ length: workload.lines * workload.seriesPerLine }, (_, n) => id(n)),
  );
  const engine = new WindowEngine(
    definitions.map((definition) => ({ definition, dtype: 'float64' })),
    {
      dictionary,
      outOfOrderMs: workload.outOfOrderMs === undefined ? OUT_OF_ORDER_MS : workload.outOfOrderMs,
      aheadMs: workload.aheadMs ?? 0,
      range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
      ...(workload.delivery === undefined ? {} : { delivery: workload.delivery }),
    },
  );
  const lengths = definitions.map((d) => (d.windowMs / d.resolutionMs) * d.inputMetricIds.length);
  return { engine, sink: new ForgettingSink(Math.max(...lengths)), dictionary };
}

/** Calls `take` for every batch; the batch is used again. `take` is what is timed. */
export function eachBatch(
  { lines, seriesPerLine, seconds }: Workload,
  dictionary: MetricDictionary,
  take: (batch: SampleColumns) => void,
): void {
  const batch = new SampleColumns(dictionary, BATCH_ROWS);
  const series = lines * seriesPerLine;
  for (let s = 0; s < seconds; s++) {
    for (let slot = 0; slot < series; slot++) {
      batch.push(slot, START_MS + s * 1000, ((slot * 31 + s) % 1000) / 10);
      if (!batch.full) continue;
      take(batch);
      batch.length = 0;
    }
  }
  if (batch.length > 0) take(batch);
}

/** CPU time of this process, in ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
