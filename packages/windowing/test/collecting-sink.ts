import type { TensorRow } from '@windrow/core';
import type { TensorSink, WindowTarget } from '../src/index.ts';

/** Keeps every tensor; full after `room` of them until `drain`. */
export class CollectingSink implements TensorSink {
  readonly tensors: { target: number; end: number; tensor: Float64Array | Float32Array }[] = [];
  readonly #rows: readonly TensorRow[];
  readonly #room: number;
  #used = 0;

  constructor(targets: readonly WindowTarget[], room: number = Number.POSITIVE_INFINITY) {
    this.#room = room;
    this.#rows = targets.map(({ definition, dtype }) => {
      const length =
        (definition.windowMs / definition.resolutionMs) * definition.inputMetricIds.length;
      // An odd offset, so that a row that ignores it shows.
      return {
        data: dtype === 'float32' ? new Float32Array(length + 3) : new Float64Array(length + 3),
        offset: 3,
      };
    });
  }

  reserve(target: number): TensorRow | null {
    return this.#used < this.#room ? this.#rows[target]! : null;
  }

  commit(target: number, end: number): void {
    this.#used++;
    this.tensors.push({ target, end, tensor: this.#rows[target]!.data.slice(3) });
  }

  drain(): void {
    this.#used = 0;
  }

  /** Runs the engine to the end of its work, draining whenever the sink is full. */
  runAll(engine: { run(sink: TensorSink): boolean }): void {
    while (!engine.run(this)) this.drain();
  }
}

/** The tensors of one target, in their order. */
export function tensorsOf(sink: Pick<CollectingSink, 'tensors'>, target: number): unknown {
  return sink.tensors
    .filter((tensor) => tensor.target === target)
    .map(({ end, tensor }) => ({ end, tensor: [...tensor] }));
}
