/** What a model's version did since it was loaded, in plain data that can be merged over workers and machines. */
import type { ModelIdentity } from '@windrow/core';
import { mergeValueSummaries, ValueStatistics, type ValueSummary } from './value-statistics.ts';

/**
 * Why windows got no number:
 * - `run`: the runtime failed;
 * - `output`: what it gave is not one number for each window;
 * - `load`: the model had been unloaded, or its worker had died, and it could not be loaded again;
 * - `worker`: worker after worker died on them.
 */
export const FAILURE_REASONS = ['run', 'output', 'load', 'worker'] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export interface ModelError {
  readonly message: string;
  /** On the scorer's clock. */
  readonly atMs: number;
}

export interface ModelStatistics {
  readonly model: ModelIdentity;
  /** When it was loaded first, on the scorer's clock (`ScorerOptions.nowMs`). */
  readonly sinceMs: number;
  /** How often it was loaded: 1, and once more each time that it came back. */
  readonly loads: number;
  /** Those that did not fail. */
  readonly runs: number;
  /** Windows that got a number, finite or not. */
  readonly scoredRows: number;
  /** Those of them whose number is NaN or infinite. */
  readonly nonFiniteRows: number;
  /** Windows that got none, by reason. */
  readonly failedRows: Readonly<Record<FailureReason, number>>;
  /** Runs that were done again because their worker died. */
  readonly repeatedRuns: number;
  readonly lastError: ModelError | null;
  /** Time of the runs that did not fail, in ms. */
  readonly runMs: ValueSummary;
  /** Windows in a run. */
  readonly runRows: ValueSummary;
  /** By place in `input_metric_ids`: a cell of a window now and then, at places that wander, so that it costs next to nothing. */
  readonly inputs: readonly ValueSummary[];
  /** All that the model gave. */
  readonly output: ValueSummary;
}

/** Of the same version, from two workers or machines; the clocks must be the same. */
export function mergeModelStatistics(a: ModelStatistics, b: ModelStatistics): ModelStatistics {
  const { failedRows } = a;
  return {
    model: a.model,
    sinceMs: Math.min(a.sinceMs, b.sinceMs),
    loads: a.loads + b.loads,
    runs: a.runs + b.runs,
    scoredRows: a.scoredRows + b.scoredRows,
    nonFiniteRows: a.nonFiniteRows + b.nonFiniteRows,
    failedRows: {
      run: failedRows.run + b.failedRows.run,
      output: failedRows.output + b.failedRows.output,
      load: failedRows.load + b.failedRows.load,
      worker: failedRows.worker + b.failedRows.worker,
    },
    repeatedRuns: a.repeatedRuns + b.repeatedRuns,
    lastError: laterOf(a.lastError, b.lastError),
    runMs: mergeValueSummaries(a.runMs, b.runMs),
    runRows: mergeValueSummaries(a.runRows, b.runRows),
    inputs: mergeInputs(a.inputs, b.inputs),
    output: mergeValueSummaries(a.output, b.output),
  };
}

/** By their place; one may have more than the other. */
function mergeInputs(
  a: readonly ValueSummary[],
  b: readonly ValueSummary[],
): readonly ValueSummary[] {
  const [more, fewer] = a.length < b.length ? [b, a] : [a, b];
  return more.map((input, i) => {
    const other = fewer[i];
    return other === undefined ? input : mergeValueSummaries(input, other);
  });
}

function summariesOf(statistics: ValueStatistics): readonly ValueSummary[] {
  return Array.from({ length: statistics.columns }, (_, column) => statistics.snapshot(column));
}

function laterOf(a: ModelError | null, b: ModelError | null): ModelError | null {
  if (a === null || b === null) return a ?? b;
  return a.atMs > b.atMs ? a : b;
}

const RUN_MS = 0;
const RUN_ROWS = 1;

/** The counters behind it. */
export class RunStatistics {
  readonly #model: ModelIdentity;
  readonly #sinceMs: number;
  #loads = 0;
  #runs = 0;
  #scoredRows = 0;
  #repeatedRuns = 0;
  readonly #failedRows: Record<FailureReason, number> = { run: 0, output: 0, load: 0, worker: 0 };
  #lastError: ModelError | null = null;
  /** Columns: time, rows. */
  readonly #ran: ValueStatistics = new ValueStatistics(2);
  /** By their number: definitions of a model that leaves the number of inputs open may differ in it. */
  readonly #inputs: Map<number, ValueStatistics> = new Map();
  readonly #output: ValueStatistics = new ValueStatistics(1);

  constructor(model: ModelIdentity, sinceMs: number) {
    this.#model = model;
    this.#sinceMs = sinceMs;
  }

  loaded(): void {
    this.#loads++;
  }

  /** A run gave these values in `ms`. */
  ran(values: Float64Array, ms: number): void {
    this.#runs++;
    this.#scoredRows += values.length;
    for (let i = 0; i < values.length; i++) {
      this.#output.put(0, values[i]!);
      this.#output.endRow();
    }
    this.#ran.put(RUN_MS, ms);
    this.#ran.put(RUN_ROWS, values.length);
    this.#ran.endRow();
  }

  /** Takes what inputs read, a column each, for definitions with so many. */
  inputs(count: number): ValueStatistics {
    let inputs = this.#inputs.get(count);
    if (inputs === undefined) {
      inputs = new ValueStatistics(count);
      this.#inputs.set(count, inputs);
    }
    return inputs;
  }

  /** `rows` windows get no number. */
  failed(reason: FailureReason, rows: number, error: ModelError): void {
    this.#failedRows[reason] += rows;
    this.#lastError = error;
  }

  /** A run is done again, since its worker died. */
  repeated(error: ModelError): void {
    this.#repeatedRuns++;
    this.#lastError = error;
  }

  /** Gives its memory back at once; nothing may be counted or asked any more. */
  release(): void {
    for (const values of [this.#ran, this.#output, ...this.#inputs.values()]) values.release();
  }

  /** @param withInputs whether `inputs` are told: of a model with many, they take nearly all of the time */
  snapshot(withInputs: boolean = true): ModelStatistics {
    const output = this.#output.snapshot(0);
    return {
      model: this.#model,
      sinceMs: this.#sinceMs,
      loads: this.#loads,
      runs: this.#runs,
      scoredRows: this.#scoredRows,
      nonFiniteRows: output.missing,
      failedRows: { ...this.#failedRows },
      repeatedRuns: this.#repeatedRuns,
      lastError: this.#lastError,
      runMs: this.#ran.snapshot(RUN_MS),
      runRows: this.#ran.snapshot(RUN_ROWS),
      inputs: withInputs ? [...this.#inputs.values()].map(summariesOf).reduce(mergeInputs, []) : [],
      output,
    };
  }
}
