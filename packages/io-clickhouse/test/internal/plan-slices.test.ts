import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finerSlice, planSlices, type Slice } from '../../src/internal/plan-slices.ts';

const slice = (key: number | null, rowCount: number): Slice => ({
  key,
  rowCount,
  minMs: key === null ? null : key * 10 + 1,
  maxMs: key === null ? null : key * 10 + 8,
});

describe('slices that are read at once', () => {
  it('are joined while they are small, over gaps too', () => {
    const slices = [slice(1, 4), slice(2, 6), slice(5, 3), slice(9, 99), slice(10, 1)];
    expect(planSlices(slices, 10)).toEqual([
      { keys: { first: 1, last: 2 }, rowCount: 10, minMs: 11, maxMs: 28 },
      { keys: { first: 5, last: 5 }, rowCount: 3, minMs: 51, maxMs: 58 },
      { keys: { first: 9, last: 9 }, rowCount: 99, minMs: 91, maxMs: 98 },
      { keys: { first: 10, last: 10 }, rowCount: 1, minMs: 101, maxMs: 108 },
    ]);
  });

  it('are not joined where none may be', () => {
    expect(planSlices([slice(1, 1), slice(2, 1)], 0)).toHaveLength(2);
  });

  it('have what has no time at the end', () => {
    expect(planSlices([slice(null, 7), slice(1, 1)], 10).map((run) => run.keys)).toEqual([
      { first: 1, last: 1 },
      null,
    ]);
  });

  it('hold every slice once, in order', () => {
    const keys = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 20 }), (chosen, rowsMax) => {
        const slices = chosen.map((key) => slice(key, 1 + (Math.abs(key) % 7)));
        const runs = planSlices(slices, rowsMax);
        let before = -Infinity;
        for (const run of runs) {
          const { first, last } = run.keys!;
          expect(first).toBeGreaterThan(before);
          before = last;
          const within = slices.filter(({ key }) => key! >= first && key! <= last);
          expect(run.rowCount).toBe(within.reduce((sum, { rowCount }) => sum + rowCount, 0));
          expect(run.rowCount <= rowsMax || within.length === 1).toBe(true);
        }
        expect(runs.reduce((sum, run) => sum + run.rowCount, 0)).toBe(
          slices.reduce((sum, { rowCount }) => sum + rowCount, 0),
        );
      }),
    );
  });
});

describe('slices with too many rows', () => {
  const bounds = { rowsMax: 10, slicesMax: 100 };
  it.each([
    ['are cut evenly, in whole seconds', [slice(1, 4), slice(2, 25)], 60_000, bounds, 20_000],
    ['down to a second', [slice(1, 1000)], 60_000, { ...bounds, slicesMax: 1000 }, 1000],
    ['not where they are short enough', [slice(1, 10), slice(null, 99)], 60_000, bounds, null],
    [
      'not where they would be too many',
      [slice(1, 20), slice(2, 1)],
      60_000,
      { ...bounds, slicesMax: 3 },
      null,
    ],
    ['not below a second', [slice(1, 20)], 1000, bounds, null],
  ] as const)('%s', (_name, slices, sliceMs, { rowsMax, slicesMax }, shorterMs) => {
    const found = finerSlice(slices, sliceMs, { rowsMax, slicesMax });
    expect(found?.shorterMs ?? null).toBe(shorterMs);
  });
});
