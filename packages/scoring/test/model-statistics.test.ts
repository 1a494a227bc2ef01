import { describe, expect, it } from 'vitest';
import { RunStatistics, mergeModelStatistics } from '../src/model-statistics.ts';

const model = { identifier: 'm', version: 1, sha256: '0'.repeat(64) };

/** A look at as many inputs. */
function see(statistics: RunStatistics, ...values: readonly number[]): void {
  const inputs = statistics.inputs(values.length);
  for (const [i, value] of values.entries()) inputs.put(i, value);
  inputs.endRow();
}

describe('mergeModelStatistics', () => {
  it('joins two workers: sums, earliest, latest, and inputs by their place', () => {
    const a = new RunStatistics(model, 100);
    a.loaded();
    a.ran(Float64Array.of(1, 2, Number.NaN), 4);
    see(a, 7);
    a.failed('run', 5, { message: 'early', atMs: 120 });
    const b = new RunStatistics(model, 50);
    b.loaded();
    b.loaded();
    b.ran(Float64Array.of(9), 2);
    see(b, 9, 1);
    b.failed('worker', 2, { message: 'late', atMs: 130 });
    b.repeated({ message: 'later', atMs: 140 });
    const expected = {
      model,
      sinceMs: 50,
      loads: 3,
      runs: 2,
      scoredRows: 4,
      nonFiniteRows: 1,
      failedRows: { run: 5, output: 0, load: 0, worker: 2 },
      repeatedRuns: 1,
      lastError: { message: 'later', atMs: 140 },
      runMs: { count: 2, min: 2, mean: 3, max: 4 },
      runRows: { count: 2, min: 1, max: 3 },
      inputs: [{ count: 2, mean: 8 }, { count: 1 }],
      output: { count: 3, missing: 1, min: 1, max: 9 },
    };
    expect(mergeModelStatistics(a.snapshot(), b.snapshot())).toMatchObject(expected);
    expect(mergeModelStatistics(b.snapshot(), a.snapshot())).toMatchObject(expected);
  });

  it('with one that did nothing changes nothing', () => {
    const a = new RunStatistics(model, 100);
    a.ran(Float64Array.of(1, 2), 4);
    const none = new RunStatistics(model, 100);
    expect(mergeModelStatistics(a.snapshot(), none.snapshot())).toEqual(a.snapshot());
  });

  it('inputs of definitions that differ in their number are joined by place', () => {
    const statistics = new RunStatistics(model, 0);
    see(statistics, 1, 2);
    see(statistics, 3, 4, 5);
    see(statistics, 5, 6);
    expect(statistics.snapshot().inputs).toMatchObject([
      { count: 3, min: 1, max: 5 },
      { count: 3, min: 2, max: 6 },
      { count: 1, min: 5, max: 5 },
    ]);
  });

  it('inputs are left out where nobody wants them', () => {
    const statistics = new RunStatistics(model, 0);
    see(statistics, 1, 2);
    statistics.ran(Float64Array.of(3), 4);
    const { inputs, ...rest } = statistics.snapshot(false);
    expect(inputs).toEqual([]);
    expect(statistics.snapshot()).toMatchObject({ ...rest, inputs: [{ count: 1 }, { count: 1 }] });
  });
});
