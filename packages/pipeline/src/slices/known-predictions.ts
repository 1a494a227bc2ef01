/**
 * Predictions that were written before, to be compared with: the last revision of each window, 20 bytes a prediction.
 */
import type { Definition } from '@windrow/core';
import type { WrittenPrediction } from '@windrow/io';
import { LEFT_OUT, type PredictionFilter } from './prediction-filter.ts';

/** How the predictions of a run compare with those before. */
export interface Changes {
  /** Written as revision 0: not there before. */
  readonly added: number;
  /** Written as the next revision: another value. */
  readonly changed: number;
  /** Not written: the value has the same bits. */
  readonly same: number;
}

/** Of one output metric, as columns. */
class Series {
  endsMs: Float64Array = new Float64Array(64);
  values: Float64Array = new Float64Array(64);
  revisions: Int32Array = new Int32Array(64);
  length = 0;

  push(windowEndMs: number, value: number, revision: number): void {
    if (this.length === this.endsMs.length) this.#resize(this.length * 2);
    const i = this.length++;
    this.endsMs[i] = windowEndMs;
    this.values[i] = value;
    this.revisions[i] = revision;
  }

  /** The first row at or after a window end, from row `from` on; `length` where there is none. */
  firstFrom(windowEndMs: number, from: number): number {
    let at = from;
    while (at < this.length && this.endsMs[at]! < windowEndMs) at++;
    return at;
  }

  /** Puts the rows in order of window end, and keeps the last revision of each. */
  settle(): void {
    const order = Array.from({ length: this.length }, (_, i) => i).toSorted(
      (a, b) => this.endsMs[a]! - this.endsMs[b]! || this.revisions[a]! - this.revisions[b]!,
    );
    const last = order.filter((at, i) => this.endsMs[at] !== this.endsMs[order[i + 1] ?? -1]);
    this.endsMs = Float64Array.from(last, (at) => this.endsMs[at]!);
    this.values = Float64Array.from(last, (at) => this.values[at]!);
    this.revisions = Int32Array.from(last, (at) => this.revisions[at]!);
    this.length = last.length;
  }

  #resize(capacity: number): void {
    const endsMs = new Float64Array(capacity);
    endsMs.set(this.endsMs);
    this.endsMs = endsMs;
    const values = new Float64Array(capacity);
    values.set(this.values);
    this.values = values;
    const revisions = new Int32Array(capacity);
    revisions.set(this.revisions);
    this.revisions = revisions;
  }
}

const NONE = new Series();

export class KnownPredictions {
  /** How many were read, and how many of these are of metrics that a definition makes. */
  readonly counts: { readonly read: number; readonly own: number };
  readonly #series: ReadonlyMap<string, Series>;

  private constructor(series: ReadonlyMap<string, Series>, counts: KnownPredictions['counts']) {
    this.#series = series;
    this.counts = counts;
  }

  /** Reads all; those of metrics that no definition makes are passed over. */
  static async read(
    predictions: AsyncIterable<WrittenPrediction>,
    definitions: readonly Definition[],
  ): Promise<KnownPredictions> {
    const series = new Map(definitions.map((d) => [d.outputMetricId, new Series()]));
    const counts = { read: 0, own: 0 };
    for await (const { metricId, windowEndMs, value, revision } of predictions) {
      const own = series.get(metricId);
      own?.push(windowEndMs, value, revision);
      counts.read++;
      if (own !== undefined) counts.own++;
    }
    for (const each of series.values()) each.settle();
    return new KnownPredictions(series, counts);
  }

  /** What is to be written of a run: what is not there yet, and what is there with another value. */
  filter(): PredictionFilter & { readonly changes: Changes } {
    const series = this.#series;
    /** By metric: how many predictions are before the last one that was asked for. */
    const cursors = new Map<string, number>();
    const changes = { added: 0, changed: 0, same: 0 };
    const revisionOf = (
      { outputMetricId }: Definition,
      windowEndMs: number,
      value: number,
    ): number => {
      const known = series.get(outputMetricId) ?? NONE;
      const at = known.firstFrom(windowEndMs, cursors.get(outputMetricId) ?? 0);
      cursors.set(outputMetricId, at);
      if (at === known.length || known.endsMs[at] !== windowEndMs) {
        changes.added++;
        return 0;
      }
      if (Object.is(known.values[at], value)) {
        changes.same++;
        return LEFT_OUT;
      }
      changes.changed++;
      return known.revisions[at]! + 1;
    };
    return { changes, revisionOf };
  }
}
