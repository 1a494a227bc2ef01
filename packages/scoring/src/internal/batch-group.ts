/** Targets whose windows go into the same runs: one model, one input and output, one shape. */
import { WindrowError, assert } from '@windrow/core';
import type { ModelBinding } from '../check-model.ts';
import { formatShape } from '../model-info.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { RunStatistics } from '../model-statistics.ts';
import { Batch, batchBytes } from './batch.ts';
import type { BufferPool } from './buffer-pool.ts';
import { RunPace } from './run-pace.ts';
import { toFloat64 } from './to-float64.ts';

/** A model and what it did so far. */
export interface LoadedModel {
  readonly model: OnnxModel;
  readonly statistics: RunStatistics;
}

export interface PaceOptions {
  /** Longest time that one run should take. */
  readonly runMsMax: number;
  /** Bytes of a batch, unless a single row is larger. */
  readonly batchBytesMax: number;
  readonly nowMs: () => number;
}

export class BatchGroup {
  readonly binding: ModelBinding;
  readonly loaded: LoadedModel;
  /** Elements of a row. */
  readonly rowLength: number;
  readonly rowBytes: number;
  /** The batch that is being filled. */
  open: Batch | null = null;
  /** Whether the scorer's list of groups with open batches holds this one. */
  isListed = false;
  readonly #options: PaceOptions;
  readonly #outputs: readonly string[];
  #pace: RunPace;

  constructor(loaded: LoadedModel, binding: ModelBinding, options: PaceOptions) {
    this.loaded = loaded;
    this.binding = binding;
    this.rowLength = binding.rowDims.reduce((a, b) => a * b, 1);
    this.rowBytes = this.rowLength * (binding.dtype === 'float64' ? 8 : 4);
    this.#outputs = [binding.outputName];
    this.#options = options;
    this.#pace = new RunPace(options.runMsMax, options.runMsMax);
  }

  /**
   * Two runs on zeros, which count nowhere: the first is slow and shows whether there is one number for each window, the second
   * gives a first idea of what a row costs.
   * @throws WindrowError MODEL
   */
  async warmUp(): Promise<void> {
    const { runMsMax, batchBytesMax } = this.#options;
    const rows = this.binding.batch === 'one' || 2 * this.rowBytes > batchBytesMax ? 1 : 2;
    const Data = this.binding.dtype === 'float64' ? Float64Array : Float32Array;
    const zeros = new Data(rows * this.rowLength);
    await this.#run(zeros, rows);
    const { ms } = await this.#run(zeros, rows);
    this.#pace = new RunPace(runMsMax, ms / rows);
  }

  /** Opens a batch; false where the pool is exhausted. */
  openBatch(pool: BufferPool): boolean {
    const rowsByBytes = Math.floor(this.#options.batchBytesMax / batchBytes(1, this.rowBytes));
    const rows = Math.max(1, Math.min(this.#pace.batchRows, rowsByBytes));
    const buffer = pool.take(batchBytes(rows, this.rowBytes));
    if (buffer === null) return false;
    this.open = new Batch(this, buffer);
    return true;
  }

  /** Ends the open batch, because it is full or because it is drained, and returns it. */
  seal(): Batch {
    const batch = this.open;
    assert(batch !== null, 'a batch is open');
    this.open = null;
    if (batch.length === batch.capacity) this.#pace.filled();
    else this.#pace.drained(batch.length);
    return batch;
  }

  /** Rows that the next run may take. */
  get runRows(): number {
    return this.binding.batch === 'one' ? 1 : this.#pace.runRows;
  }

  /**
   * Scores `rows` rows of a batch from row `from` on and counts them.
   * @throws WindrowError MODEL
   */
  async score(batch: Batch, from: number, rows: number): Promise<Float64Array> {
    const { statistics } = this.loaded;
    const data = batch.data.subarray(from * this.rowLength, (from + rows) * this.rowLength);
    try {
      const { values, ms } = await this.#run(data, rows);
      this.#pace.ran(rows, ms);
      statistics.ran(values, ms);
      return values;
    } catch (error) {
      statistics.failed(rows);
      throw error;
    }
  }

  async #run(
    data: Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
    rows: number,
  ): Promise<{ readonly values: Float64Array; readonly ms: number }> {
    const { inputName, outputName, dtype, rowDims } = this.binding;
    const { nowMs } = this.#options;
    const tensor = { type: dtype, data, dims: [rows, ...rowDims] };
    // The runtime starts in the next turn of the event loop, behind this callback: what else waits there is not its time.
    let startMs = nowMs();
    setImmediate(() => {
      startMs = nowMs();
    });
    const results = await this.loaded.model.run({ [inputName]: tensor }, this.#outputs);
    const ms = nowMs() - startMs;
    const output = results[outputName];
    const dims = output?.dims ?? [];
    const isOneEach =
      dims[0] === rows && (dims.length === 1 || (dims.length === 2 && dims[1] === 1));
    if (output === undefined || !isOneEach) {
      throw new WindrowError(
        'MODEL',
        `${this.loaded.model.path}: output ${JSON.stringify(outputName)}: found shape ${formatShape(dims)} for ${rows} windows, expected ${formatShape([rows])} or ${formatShape([rows, 1])}; export the model with one number for each window`,
      );
    }
    return { values: toFloat64(output.data), ms };
  }
}
