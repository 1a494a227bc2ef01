import { describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import { checkRows } from '../../src/internal/check-rows.ts';
import { RunFailure } from '../../src/internal/run-failure.ts';

interface Faked {
  /** What a row gives, beside how many others, in the how-manieth run. */
  readonly value: (row: Float64Array, rows: number, run: number) => number;
  readonly batch?: 'any' | 'one';
  readonly rowsMax?: number;
}

interface Checked {
  /** Rows of the runs, in their order. */
  readonly runs: readonly number[];
  readonly note: string | null;
}

async function checked({ value, batch = 'any', rowsMax = 100 }: Faked): Promise<Checked> {
  const runs: number[] = [];
  const rowLength = 6;
  const note = await checkRows({
    binding: { inputName: 'x', dtype: 'float64', rowDims: [2, 3], batch, outputName: 'y' },
    rowLength,
    rowsMax,
    path: 'store/m/1/model.onnx',
    run: (data, rows) => {
      expect(data).toHaveLength(rows * rowLength);
      const run = runs.push(rows);
      const out = Float64Array.from({ length: rows }, (_, i) =>
        value(Float64Array.from(data.subarray(i * rowLength, (i + 1) * rowLength)), rows, run),
      );
      return Promise.resolve(out);
    },
  });
  return { runs, note };
}

/** Rows of the runs of a model that is taken as it is. */
async function check(faked: Faked): Promise<readonly number[]> {
  const { runs, note } = await checked(faked);
  expect(note).toBeNull();
  return runs;
}

const mean = (row: Float64Array): number => row.reduce((a, b) => a + b) / row.length;
/** Runs of the first look. */
const LOOK = 5;

describe('numbers of a window by itself and beside others', () => {
  it('are compared in five runs, with windows of three scales', async () => {
    const means: number[] = [];
    const runs = await check({
      value: (row, rows) => {
        if (rows === 1) means.push(mean(row));
        return mean(row);
      },
    });
    expect(runs).toEqual([1, 1, 1, 1, 3]);
    expect(Math.abs(means[0]!)).toBeLessThan(2);
    expect(means[1]! > 10 && means[1]! < 90).toBe(true);
    expect(means[2]! > 100 && means[2]! < 900).toBe(true);
    expect(means[3]).toBe(means[0]);
  });

  it('of a large model are compared two by two, of one with a fixed batch not at all', async () => {
    expect(await check({ value: mean, rowsMax: 0 })).toEqual([1, 1, 1, 2]);
    const value = (row: Float64Array, rows: number): number => mean(row) * rows;
    expect(await check({ value, batch: 'one' })).toEqual([1, 1, 1, 1]);
  });

  it('may differ as sums in another order do', async () => {
    const off = (by: number) => (row: Float64Array, rows: number) =>
      rows === 1 ? 1000 + mean(row) : (1000 + mean(row)) * (1 + by);
    expect(await check({ value: off(5e-5) })).toHaveLength(LOOK);
    await expect(check({ value: off(0.1) })).rejects.toMatchObject({
      code: 'MODEL',
      message: expect.stringMatching(
        /^store\/m\/1\/model.onnx: output "y": found .* by itself and .* beside others, expected .* batch axis fixed to 1/,
      ),
    });
  });

  it('that are rounded by the others are told, for windows to be run one by one', async () => {
    const value = (row: Float64Array, rows: number): number =>
      rows === 1 ? mean(row) : mean(row) * 1.02;
    const { note, runs } = await checked({ value });
    expect(note).toMatch(/^store\/m\/1\/model.onnx: output "y": windows are run one by one/);
    // Twice windows of three ranges, then two of each range.
    expect(runs.filter((rows) => rows > 1)).toEqual([3, 3, 2, 2, 2]);
    // More than rounding at one of the ranges is none.
    const small = (row: Float64Array, rows: number): number =>
      rows === 1 || mean(row) > 5 ? mean(row) : mean(row) * 1.5;
    await expect(checked({ value: small })).rejects.toThrow(/beside others/);
  });

  it('may differ once: a tree takes another branch for another last bit', async () => {
    const value = (row: Float64Array, rows: number, run: number): number =>
      rows > 1 && run === LOOK ? mean(row) + 1e6 : mean(row);
    expect(await check({ value })).toHaveLength(2 * LOOK);
  });

  it('may be not finite, alike', async () => {
    const value = (_: Float64Array, rows: number): number => (rows === 1 ? Infinity : Number.NaN);
    expect(await check({ value })).toHaveLength(LOOK);
    const sometimes = (row: Float64Array, rows: number): number => (rows > 1 ? NaN : mean(row));
    await expect(check({ value: sometimes })).rejects.toThrow(/beside others/);
  });
});

describe('runs on the same window', () => {
  it.each(['any', 'one'] as const)('that differ are refused, batch %s', async (batch) => {
    const value = (row: Float64Array, _: number, run: number): number => mean(row) + run / 10;
    await expect(check({ value, batch })).rejects.toMatchObject({
      code: 'MODEL',
      message: expect.stringMatching(/found .* and then .* for the same window, .* random numbers/),
    });
  });
});

describe('a run that fails', () => {
  const failing =
    (error: Error) =>
    (row: Float64Array): number => {
      if (mean(row) > 5) throw error;
      return mean(row);
    };

  it('on made-up numbers says nothing of a model', async () => {
    const value = failing(new WindrowError('MODEL', 'an index out of bounds'));
    expect(await check({ value })).toEqual([1, 1, 1, 1]);
  });

  it('otherwise is told', async () => {
    const lost = failing(new RunFailure('worker', 'the worker died'));
    await expect(check({ value: lost })).rejects.toThrow('the worker died');
    await expect(check({ value: failing(new TypeError('a mistake')) })).rejects.toThrow(TypeError);
  });
});
