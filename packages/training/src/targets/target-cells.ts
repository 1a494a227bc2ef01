/**
 * The observed cells of one target metric in ascending order, asked for the target of one window after the other. It holds
 * only the cells that the windows still to come may need. Pure.
 */
import { lookbackCells, type Definition } from '@windrow/core';
import type { Horizon } from './target-spec.ts';

/** Gives the next cells, `[cell, value, cell, value, ...]` ascending; null at the end. Valid until the next call. */
export type NextCells = () => Promise<Float64Array | null>;

/** How far around a target's own cells its making looks, in cells. */
export interface TargetReach {
  /** Before the first cell. */
  readonly before: number;
  /** Cells of the target itself. */
  readonly own: number;
  /** After the last cell. */
  readonly after: number;
}

/** What the target of a definition needs around the cell that starts at `e + horizon`. */
export function targetReach(definition: Definition, { spanMs }: Horizon): TargetReach {
  const { fill, resolutionMs } = definition;
  if (spanMs !== null) return { before: 0, own: spanMs / resolutionMs, after: 0 };
  const gap =
    fill.method === 'linear' ? Math.max(0, Math.floor(fill.maxGapMs / resolutionMs) - 1) : 0;
  return { before: Math.max(lookbackCells(definition), gap), own: 1, after: gap };
}

export class TargetCells {
  readonly #definition: Definition;
  readonly #horizon: Horizon;
  readonly #reach: TargetReach;
  readonly #next: NextCells;
  #cells: number[] = [];
  #values: number[] = [];
  /** First of the held cells that may still be needed. */
  #from = 0;
  #ended = false;

  constructor(definition: Definition, horizon: Horizon, next: NextCells) {
    this.#definition = definition;
    this.#horizon = horizon;
    this.#reach = targetReach(definition, horizon);
    this.#next = next;
  }

  /** The target of the window that ends at `endMs`, NaN where there is none. Ends are asked for in ascending order. */
  async at(endMs: number): Promise<number> {
    const { resolutionMs } = this.#definition;
    const first = (endMs + this.#horizon.horizonMs) / resolutionMs;
    const { before, own, after } = this.#reach;
    await this.#load(first + own + after);
    while (this.#from < this.#cells.length && this.#cells[this.#from]! < first - before)
      this.#from++;
    return this.#horizon.spanMs === null ? this.#filled(first) : this.#mean(first, first + own);
  }

  /** Holds all cells below `until`. */
  async #load(until: number): Promise<void> {
    while (!this.#ended && (this.#cells.at(-1) ?? Number.NEGATIVE_INFINITY) < until) {
      const more = await this.#next();
      if (more === null) {
        this.#ended = true;
        return;
      }
      this.#cells = this.#cells.slice(this.#from);
      this.#values = this.#values.slice(this.#from);
      this.#from = 0;
      for (let i = 0; i < more.length; i += 2) {
        this.#cells.push(more[i]!);
        this.#values.push(more[i + 1]!);
      }
    }
  }

  #mean(first: number, end: number): number {
    let sum = 0;
    let count = 0;
    for (let i = this.#from; i < this.#cells.length && this.#cells[i]! < end; i++) {
      if (this.#cells[i]! < first) continue;
      sum += this.#values[i]!;
      count++;
    }
    return sum / count;
  }

  /** The cell `k` after the fill; a cell alone has no window, so `linear` looks to both sides as far as its gap allows. */
  #filled(k: number): number {
    let i = this.#from;
    while (i < this.#cells.length && this.#cells[i]! < k) i++;
    const after = this.#cells[i];
    if (after === k) return this.#values[i]!;
    const { fill, resolutionMs } = this.#definition;
    const before = i > this.#from ? this.#cells[i - 1] : undefined;
    switch (fill.method) {
      case 'last':
        return before !== undefined && (k - before) * resolutionMs <= fill.maxAgeMs
          ? this.#values[i - 1]!
          : Number.NaN;
      case 'linear': {
        if (before === undefined || after === undefined) return Number.NaN;
        if ((after - before) * resolutionMs > fill.maxGapMs) return Number.NaN;
        const [a, b] = [this.#values[i - 1]!, this.#values[i]!];
        return a + (b - a) * ((k - before) / (after - before));
      }
      case 'constant':
        return fill.value;
      case 'none':
        return Number.NaN;
    }
  }
}
