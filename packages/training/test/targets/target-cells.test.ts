import type { Fill } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TargetCells } from '../../src/targets/target-cells.ts';
import type { Horizon } from '../../src/targets/target-spec.ts';
import { definition } from '../small-line.ts';

type Cell = readonly [cell: number, value: number];

/** Targets of windows that end at these seconds, with the cells given a few at a time. */
async function targets(
  cells: readonly Cell[],
  fill: Fill,
  horizon: Horizon,
  endsS: readonly number[],
): Promise<number[]> {
  let at = 0;
  const target = new TargetCells(definition({ fill }), horizon, () => {
    const more = cells.slice(at, at + 2);
    at += more.length;
    return Promise.resolve(more.length === 0 ? null : Float64Array.from(more.flat()));
  });
  const values: number[] = [];
  for (const end of endsS) values.push(await target.at(end * 1000));
  return values;
}

const CELL: Horizon = { horizonMs: 2000, spanMs: null };
//   cell  0  1  2  3  4  5  6  7  8  9
//   value 0  1        4           8
const CELLS: readonly Cell[] = [
  [0, 0],
  [1, 10],
  [4, 40],
  [8, 80],
];
// Cells 0 to 9.
const ENDS = Array.from({ length: 10 }, (_, i) => i - 2);
const GONE = Number.NaN;

describe('the cell at the horizon', () => {
  it.each([
    {
      fill: { method: 'none' } as const,
      values: [0, 10, GONE, GONE, 40, GONE, GONE, GONE, 80, GONE],
    },
    {
      fill: { method: 'last', maxAgeMs: 2000 } as const,
      values: [0, 10, 10, 10, 40, 40, 40, GONE, 80, 80],
    },
    {
      fill: { method: 'linear', maxGapMs: 3000 } as const,
      values: [0, 10, 20, 30, 40, GONE, GONE, GONE, 80, GONE],
    },
    {
      fill: { method: 'constant', value: 7 } as const,
      values: [0, 10, 7, 7, 40, 7, 7, 7, 80, 7],
    },
  ])('after the fill $fill.method', async ({ fill, values }) => {
    expect(await targets(CELLS, fill, CELL, ENDS)).toEqual(values);
  });
});

describe('the mean over a span', () => {
  it('is that of the observed cells, whatever the fill', async () => {
    const horizon = { horizonMs: 1000, spanMs: 3000 };
    const fill = { method: 'constant', value: 7 } as const;
    // Cells 0-2, 1-3, 2-4, 5-7, 9-11.
    expect(await targets(CELLS, fill, horizon, [-1, 0, 1, 4, 8])).toEqual([5, 10, 40, GONE, GONE]);
  });
});

describe('any cells', () => {
  const fills = fc.oneof(
    fc.constant({ method: 'none' } as const),
    fc.integer({ min: 0, max: 5 }).map((s) => ({ method: 'last', maxAgeMs: s * 1000 }) as const),
    fc.integer({ min: 0, max: 6 }).map((s) => ({ method: 'linear', maxGapMs: s * 1000 }) as const),
  );

  it('give what a look at all of them gives', async () => {
    const all = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(all, fills, async (unsorted, fill) => {
        const cells = unsorted.toSorted((a, b) => a - b).map((cell): Cell => [cell, cell * cell]);
        const ends = Array.from({ length: 36 }, (_, i) => i - 3);
        const found = await targets(cells, fill, CELL, ends);
        expect(found).toEqual(ends.map((end) => bruteForce(cells, fill, end + 2)));
      }),
      { numRuns: 200 },
    );
  });
});

function bruteForce(cells: readonly Cell[], fill: Fill, k: number): number {
  const own = cells.find(([cell]) => cell === k);
  if (own !== undefined) return own[1];
  const before = cells.findLast(([cell]) => cell < k);
  const after = cells.find(([cell]) => cell > k);
  if (fill.method === 'last' && before !== undefined) {
    return (k - before[0]) * 1000 <= fill.maxAgeMs ? before[1] : GONE;
  }
  if (fill.method === 'linear' && before !== undefined && after !== undefined) {
    const share = (k - before[0]) / (after[0] - before[0]);
    const isNear = (after[0] - before[0]) * 1000 <= fill.maxGapMs;
    return isNear ? before[1] + (after[1] - before[1]) * share : GONE;
  }
  return GONE;
}
