/** How many samples lie before a time, as the splits' bounds say, taking each split's samples as spread evenly. Pure. */
import type { SourceSplit, TimeRange } from '@windrow/core';

/** Bytes that a sample may take where the number of samples is not known. */
const BYTES_A_SAMPLE = 16;

export class TimeProfile {
  /** Where the density changes, ascending. */
  readonly #edgesMs: Float64Array;
  /** Samples before each edge. */
  readonly #before: Float64Array;

  private constructor(edgesMs: Float64Array, before: Float64Array) {
    this.#edgesMs = edgesMs;
    this.#before = before;
  }

  /** null where the bounds of a split are not known, or there is no split. */
  static of(splits: readonly SourceSplit[]): TimeProfile | null {
    const changes: { readonly atMs: number; readonly by: number }[] = [];
    for (const split of splits) {
      const { minMs, maxMs } = split;
      if (minMs === null || maxMs === null || maxMs < minMs) return null;
      const density = weightOf(split) / (maxMs + 1 - minMs);
      changes.push({ atMs: minMs, by: density }, { atMs: maxMs + 1, by: -density });
    }
    return changes.length === 0 ? null : TimeProfile.#integrate(changes);
  }

  /** So many samples, evenly over a range with finite ends. */
  static even({ startMs, endMs }: TimeRange, rows: number): TimeProfile {
    return new TimeProfile(Float64Array.of(startMs, endMs), Float64Array.of(0, rows));
  }

  static #integrate(
    changes: readonly { readonly atMs: number; readonly by: number }[],
  ): TimeProfile {
    const ordered = changes.toSorted((a, b) => a.atMs - b.atMs);
    const edges: number[] = [];
    const before: number[] = [];
    let density = 0;
    let rows = 0;
    for (const { atMs, by } of ordered) {
      const last = edges.at(-1);
      if (last !== atMs) {
        if (last !== undefined) rows += Math.max(0, density) * (atMs - last);
        edges.push(atMs);
        before.push(rows);
      }
      density += by;
    }
    return new TimeProfile(Float64Array.from(edges), Float64Array.from(before));
  }

  get startMs(): number {
    return this.#edgesMs[0]!;
  }

  /** Exclusive. */
  get endMs(): number {
    return this.#edgesMs.at(-1)!;
  }

  /** Samples before a time. */
  rowsBefore(ms: number): number {
    if (ms <= this.startMs) return 0;
    if (ms >= this.endMs) return this.#before.at(-1)!;
    const i = lastAtOrBefore(this.#edgesMs, ms);
    return this.#between(this.#edgesMs, this.#before, i, ms);
  }

  /** The time before which so many samples lie. */
  timeOf(rows: number): number {
    if (rows <= 0) return this.startMs;
    if (rows >= this.#before.at(-1)!) return this.endMs;
    const i = lastAtOrBefore(this.#before, rows);
    return this.#between(this.#before, this.#edgesMs, i, rows);
  }

  /** The edge next to a time. */
  nearestEdge(ms: number): number {
    const i = lastAtOrBefore(this.#edgesMs, ms);
    const below = this.#edgesMs[i]!;
    const above = this.#edgesMs[i + 1] ?? below;
    return ms - below <= above - ms ? below : above;
  }

  #between(xs: Float64Array, ys: Float64Array, i: number, x: number): number {
    const width = xs[i + 1]! - xs[i]!;
    const share = width > 0 ? (x - xs[i]!) / width : 0;
    return ys[i]! + share * (ys[i + 1]! - ys[i]!);
  }
}

/** Samples of a split, guessed from its size where it does not say. */
export function weightOf({ rowCount, sizeBytes }: SourceSplit): number {
  return rowCount ?? sizeBytes / BYTES_A_SAMPLE;
}

/** Index of the last of ascending numbers that is at most `x`; 0 where none is. */
function lastAtOrBefore(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}
