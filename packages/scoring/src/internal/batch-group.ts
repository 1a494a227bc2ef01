/** Targets whose windows go into the same runs: one version of a model in one lane, one input and output, one shape. */
import { assert, type Definition } from '@windrow/core';
import type { ModelBinding } from '../check-model.ts';
import { formatShape } from '../model-info.ts';
import { Batch, batchBytes } from './batch.ts';
import type { BufferPool } from './buffer-pool.ts';
import { checkRows } from './check-rows.ts';
import { InputSampler } from './input-sampler.ts';
import type { Lane } from './lane.ts';
import type { LaneModel } from './lane-model.ts';
import type { QueuedRows } from './queued-rows.ts';
import { RunFailure } from './run-failure.ts';
import { RunPace } from './run-pace.ts';
import { toFloat64 } from './to-float64.ts';

export interface PaceOptions {
  /** Longest time that one run should take. */
  readonly runMsMax: number;
  /** Bytes of a batch, unless a single row is larger. */
  readonly batchBytesMax: number;
  /** Runs take whole multiples of so many rows; what is missing is made up by rows that nobody asked for. 1: any number. */
  readonly rowsUnit: number;
}

export class BatchGroup {
  readonly binding: ModelBinding;
  readonly lane: Lane;
  readonly model: LaneModel;
  /** Elements of a row. */
  readonly rowLength: number;
  readonly rowBytes: number;
  /** Definitions whose windows come here: a step of all of them brings so many. */
  targets = 1;
  /** The batch that is being filled. */
  open: Batch | null = null;
  /** Whether the scorer's list of groups with open batches holds this one. */
  isListed = false;
  readonly #options: PaceOptions;
  readonly #outputs: readonly string[];
  readonly #sampler: InputSampler;
  #pace: RunPace;
  /** Rows are run one by one. */
  #runsAlone: boolean;
  #note: string | null = null;

  /** @param definition one of those whose windows come here: all have its layout and its number of inputs and cells */
  constructor(parts: {
    readonly lane: Lane;
    readonly model: LaneModel;
    readonly binding: ModelBinding;
    readonly definition: Definition;
    readonly options: PaceOptions;
  }) {
    const { binding, definition, options } = parts;
    this.lane = parts.lane;
    this.model = parts.model;
    this.binding = binding;
    this.#sampler = new InputSampler(definition, parts.model.statistics);
    this.rowLength = binding.rowDims.reduce((a, b) => a * b, 1);
    this.rowBytes = this.rowLength * (binding.dtype === 'float64' ? 8 : 4);
    this.#outputs = [binding.outputName];
    this.#options = options;
    this.#pace = new RunPace(options.runMsMax, options.runMsMax);
    this.#runsAlone = binding.batch === 'one';
  }

  /** What was seen when it was warmed up, for people. */
  get note(): string | null {
    return this.#note;
  }

  /**
   * Two runs on zeros, which count nowhere: the first is slow and shows whether there is one number for each window, the second
   * gives a first idea of what a row costs. Then some that show whether a window's number is its own.
   * @throws WindrowError MODEL
   */
  async warmUp(): Promise<void> {
    const { runMsMax, batchBytesMax } = this.#options;
    const rows = this.#runsAlone || 2 * this.rowBytes > batchBytesMax ? 1 : 2;
    const Data = this.binding.dtype === 'float64' ? Float64Array : Float32Array;
    const zeros = new Data(rows * this.rowLength);
    await this.#run(zeros, rows);
    const { ms } = await this.#run(zeros, rows);
    // At once: left to a collection, the zeros of one version after the other would lie between their sessions.
    zeros.buffer.transfer(0);
    this.#pace = new RunPace(runMsMax, ms / rows);
    const { binding, rowLength } = this;
    this.#note = await checkRows({
      binding,
      rowLength,
      rowsMax: Math.floor(batchBytesMax / this.rowBytes),
      path: this.model.path,
      run: async (data, count) => (await this.#run(data, count)).values,
    });
    if (this.#note !== null) this.#runsAlone = true;
  }

  /** Opens a batch, which holds the model until it is disposed of; false where the pool is exhausted. */
  openBatch(pool: BufferPool, nowMs: number): boolean {
    const rowsByBytes = Math.floor(this.#options.batchBytesMax / batchBytes(1, this.rowBytes));
    const rowsMax = Math.max(1, Math.min(this.#pace.batchRows, rowsByBytes));
    const rows = this.wholeRows(rowsMax);
    const buffer = pool.take(batchBytes(rows, this.rowBytes));
    if (buffer === null) return false;
    this.lane.models.hold(this.model);
    this.open = new Batch(this, buffer, pool, nowMs);
    return true;
  }

  /** Ends the open batch, because it is full or because it is drained, and returns it. */
  seal(): Batch {
    const batch = this.open;
    assert(batch !== null, 'a batch is open');
    this.open = null;
    if (batch.length === batch.capacity) this.#pace.filled(batch.length);
    else this.#pace.drained(batch.length);
    return batch;
  }

  /** Rows that the next run may take. */
  get runRows(): number {
    return this.#runsAlone ? 1 : this.#wholeUnits(this.#pace.runRows);
  }

  /** Whether a row can be run by itself, without others to make up a unit. */
  get runsSingleRows(): boolean {
    return this.#runsAlone || this.#options.rowsUnit === 1;
  }

  /**
   * Rows of a batch for which there is room for `rows`: whole units, with which steps of all targets end where a batch ends, several
   * steps in a batch, or several equal batches to a step. A rest of a step would wait for the next one, and be run by itself when nothing
   * of its model is in the cache: 1500 models with ten windows each took 14 us a window in runs of eight and two, 11 us in runs of ten.
   */
  wholeRows(rows: number): number {
    const { targets } = this;
    const whole =
      targets <= rows ? rows - (rows % targets) : Math.ceil(targets / Math.ceil(targets / rows));
    return this.#wholeUnits(whole);
  }

  /** At least one unit, also where that takes longer or more memory: the rows are run in any case. */
  #wholeUnits(rows: number): number {
    if (this.runsSingleRows) return rows;
    const { rowsUnit } = this.#options;
    return Math.max(rowsUnit, rows - (rows % rowsUnit));
  }

  /**
   * Scores `rows` rows of a batch from row `from` on and counts them.
   * @throws WindrowError MODEL
   */
  async score(batch: QueuedRows, from: number, rows: number): Promise<Float64Array> {
    const { statistics } = this.model;
    const whole = this.#fillUp(batch, from, rows);
    const { values, ms } = await this.#run(whole, this.#unitsOf(rows));
    const own = values.subarray(0, rows);
    this.#pace.ran(rows, ms);
    statistics.ran(own, ms);
    this.#sampler.sample(whole, rows);
    return own;
  }

  /** Rows of a run that scores so many. */
  #unitsOf(rows: number): number {
    const { rowsUnit } = this.#options;
    return this.runsSingleRows ? rows : Math.ceil(rows / rowsUnit) * rowsUnit;
  }

  /** The rows of a run, made up to whole units where the batch ends: it has room for those. */
  #fillUp(batch: QueuedRows, from: number, rows: number): Float64Array | Float32Array {
    const { rowLength } = this;
    const missing = this.#unitsOf(rows) - rows;
    const whole = batch.data.subarray(from * rowLength, (from + rows + missing) * rowLength);
    if (missing === 0) return whole;
    assert(whole.length === (rows + missing) * rowLength, 'a batch has room for whole units');
    // Rows like another take no longer than that one.
    for (let i = rows; i < rows + missing; i++) whole.copyWithin(i * rowLength, 0, rowLength);
    return whole;
  }

  async #run(
    data: Float64Array | Float32Array,
    rows: number,
  ): Promise<{ readonly values: Float64Array; readonly ms: number }> {
    const { inputName, outputName, dtype, rowDims } = this.binding;
    const tensor = { type: dtype, data, dims: [rows, ...rowDims] };
    const { outputs, ms } = await this.lane.models.use(this.model, (hosted) =>
      hosted.run({ [inputName]: tensor }, this.#outputs),
    );
    const output = outputs[outputName];
    const dims = output?.dims ?? [];
    // A model that drops axes of length one gives a number without any axis for a window by itself.
    const isOneEach =
      (dims[0] === rows && (dims.length === 1 || (dims.length === 2 && dims[1] === 1))) ||
      (rows === 1 && dims.length === 0);
    if (output === undefined || !isOneEach) {
      throw new RunFailure(
        'output',
        `${this.model.path}: output ${JSON.stringify(outputName)}: found shape ${formatShape(dims)} for ${rows} windows, expected ${formatShape([rows])} or ${formatShape([rows, 1])}; export the model with one number for each window`,
      );
    }
    return { values: toFloat64(output.data), ms };
  }
}
