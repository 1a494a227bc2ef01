import { assert, type TensorRow, type TensorViews } from '@windrow/core';
import type { TensorSink, WindowTarget } from '../src/index.ts';

interface Kept {
  readonly target: number;
  readonly end: number;
  readonly tensor: Float64Array | Float32Array;
}

interface Lent {
  readonly row: TensorRow;
  readonly kept: Kept;
}

export interface SinkOptions {
  /** Tensors until it is full. */
  readonly room?: number;
  /** Whether it takes views; they are in use until `drain`. */
  readonly takesViews?: boolean;
}

/** Keeps every tensor; full after `room` of them until `drain`. */
export class CollectingSink implements TensorSink {
  readonly tensors: Kept[] = [];
  readonly views?: TensorViews;
  /** How many came as views. */
  lent = 0;
  readonly #rows: readonly TensorRow[];
  readonly #room: number;
  readonly #inUse: Map<number, Lent> = new Map();
  #used = 0;

  constructor(targets: readonly WindowTarget[], options: SinkOptions = {}) {
    this.#room = options.room ?? Number.POSITIVE_INFINITY;
    const lengths = targets.map(
      ({ definition }) =>
        (definition.windowMs / definition.resolutionMs) * definition.inputMetricIds.length,
    );
    this.#rows = targets.map(({ dtype }, target) => {
      const length = lengths[target]!;
      // An odd offset, so that a row that ignores it shows.
      return {
        data: dtype === 'float32' ? new Float32Array(length + 3) : new Float64Array(length + 3),
        offset: 3,
      };
    });
    if (options.takesViews === true) {
      this.views = {
        takes: () => true,
        isBusy: (target) => this.#inUse.has(target) || this.#used >= this.#room,
        lend: (target, end, row) => this.#lend(target, end, { ...row }, lengths[target]!),
      };
    }
  }

  #lend(target: number, end: number, row: TensorRow, length: number): void {
    assert(!this.#inUse.has(target), 'a tensor is lent once at a time');
    const kept = { target, end, tensor: row.data.slice(row.offset, row.offset + length) };
    this.#used++;
    this.lent++;
    this.tensors.push(kept);
    this.#inUse.set(target, { row, kept });
  }

  reserve(target: number): TensorRow | null {
    return this.#used < this.#room ? this.#rows[target]! : null;
  }

  commit(target: number, end: number): void {
    this.#used++;
    this.tensors.push({ target, end, tensor: this.#rows[target]!.data.slice(3) });
  }

  /** Is done with all it was lent: not a number of it may have changed meanwhile. */
  drain(): void {
    this.#used = 0;
    for (const { row, kept } of this.#inUse.values()) {
      const { length } = kept.tensor;
      const now = row.data.subarray(row.offset, row.offset + length);
      assert(
        bytesOf(now).equals(bytesOf(kept.tensor)),
        `the tensor of ${kept.end} was changed while it was lent`,
      );
    }
    this.#inUse.clear();
  }

  /** Runs the engine to the end of its work, draining whenever the sink is full. */
  runAll(engine: { run(sink: TensorSink): boolean }): void {
    while (!engine.run(this)) this.drain();
  }
}

/** As they lie in memory. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The tensors of one target, in their order. */
export function tensorsOf(sink: Pick<CollectingSink, 'tensors'>, target: number): unknown {
  return sink.tensors
    .filter((tensor) => tensor.target === target)
    .map(({ end, tensor }) => ({ end, tensor: [...tensor] }));
}
