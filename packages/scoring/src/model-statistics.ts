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
  const inputs = a.inputs.length < b.inputs.length ? b.inputs : a.inputs;
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
    inputs: inputs.map((input, i) => {
      const other = (inputs === a.inputs ? b : a).inputs[i];
      return other === undefined ? input : mergeValueSummaries(input, other);
    }),
    output: mergeValueSummaries(a.output, b.output),
  };
}

function laterOf(a: ModelError | null, b: ModelError | null): ModelError | null {
  if (a === null || b === null) return a ?? b;
  return a.atMs > b.atMs ? a : b;
}

/** Thousands of models have tens of thousands of inputs, each with few values a second: memory counts more than time. */
const INPUT_BUFFER_MAX = 32;

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
  readonly #runMs: ValueStatistics = new ValueStatistics();
  readonly #runRows: ValueStatistics = new ValueStatistics();
  readonly #inputs: ValueStatistics[] = [];
  readonly #output: ValueStatistics = new ValueStatistics();

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
    for (let i = 0; i < values.length; i++) this.#output.add(values[i]!);
    this.#runMs.add(ms);
    this.#runRows.add(values.length);
  }

  /** A value of an input. */
  saw(input: number, value: number): void {
    while (this.#inputs.length <= input) {
      this.#inputs.push(new ValueStatistics(INPUT_BUFFER_MAX));
    }
    this.#inputs[input]!.add(value);
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

  snapshot(): ModelStatistics {
    const output = this.#output.snapshot();
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
      runMs: this.#runMs.snapshot(),
      runRows: this.#runRows.snapshot(),
      inputs: this.#inputs.map((input) => input.snapshot()),
      output,
    };
  }
}
