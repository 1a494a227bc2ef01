/**
 * One window through the streaming engine: the samples that it needs, and those of some time after it, in order of arrival. The
 * watermark passes the window's end in mid-stream; what comes late makes a revision; the last one counts.
 */
import {
  SampleColumns,
  type Definition,
  type MetricDictionary,
  type SampleBatch,
} from '@windrow/core';
import { WindowEngine, neededRange, type TensorSink } from '@windrow/windowing';
import type { Dtype } from '../tensor-form.ts';

const OUT_OF_ORDER_MS = 5000;
const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
const BATCH_ROWS = 8192;

export class WindowProbe {
  readonly endMs: number;
  /** Samples before it are not needed. */
  readonly startMs: number;
  /** Samples from here on are not fed. */
  readonly stopMs: number;
  readonly #engine: WindowEngine;
  readonly #sink: LastTensor;
  readonly #rows: SampleColumns;

  constructor(definition: Definition, dtype: Dtype, endMs: number, dictionary: MetricDictionary) {
    const { startMs } = neededRange([{ definition, dtype }], {
      afterMs: endMs - 1,
      untilMs: endMs,
    });
    this.endMs = endMs;
    this.startMs = startMs;
    this.stopMs = endMs + definition.stepMs + 2 * OUT_OF_ORDER_MS;
    // Open for as long as anything is fed: nothing is dropped late.
    const patient = {
      ...definition,
      allowedLatenessMs: cellsUp(this.stopMs - startMs, definition),
    };
    this.#sink = new LastTensor(definition, dtype, endMs);
    this.#engine = new WindowEngine([{ definition: patient, dtype }], {
      dictionary,
      outOfOrderMs: OUT_OF_ORDER_MS,
      aheadMs: 0,
      range: ALL,
    });
    this.#rows = new SampleColumns(dictionary, BATCH_ROWS);
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.#engine.sizeBytes;
  }

  take({ length, slots, timestampsMs, values }: SampleBatch): void {
    const rows = this.#rows;
    for (let i = 0; i < length; i++) {
      const timestampMs = timestampsMs[i]!;
      if (timestampMs < this.startMs || timestampMs >= this.stopMs) continue;
      rows.push(slots[i]!, timestampMs, values[i]!);
      if (rows.full) this.#push();
    }
    this.#push();
  }

  #push(): void {
    if (this.#rows.length === 0) return;
    this.#engine.push(this.#rows);
    this.#engine.run(this.#sink);
    this.#rows.length = 0;
  }

  /** The window's tensor, null where it was not scored. */
  finish(): Float64Array | Float32Array | null {
    this.#engine.finish();
    this.#engine.run(this.#sink);
    return this.#sink.last;
  }
}

/** Whole cells, as lateness is counted in the ring. */
function cellsUp(ms: number, { resolutionMs }: Definition): number {
  return Math.ceil(ms / resolutionMs) * resolutionMs;
}

class LastTensor implements TensorSink {
  last: Float64Array | Float32Array | null = null;
  readonly #endMs: number;
  readonly #row: { readonly data: Float64Array | Float32Array; readonly offset: 0 };

  constructor(definition: Definition, dtype: Dtype, endMs: number) {
    const length =
      (definition.windowMs / definition.resolutionMs) * definition.inputMetricIds.length;
    const data = dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
    this.#row = { data, offset: 0 };
    this.#endMs = endMs;
  }

  reserve(): { readonly data: Float64Array | Float32Array; readonly offset: 0 } {
    return this.#row;
  }

  commit(_target: number, endMs: number): void {
    if (endMs === this.#endMs) this.last = this.#row.data.slice();
  }
}
