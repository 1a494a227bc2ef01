import { describe, expect, it } from 'vitest';
import { InputExtent, InputStatistics } from '../../src/statistics/input-statistics.ts';
import { tensorFormOf } from '../../src/tensor-form.ts';
import { definition } from '../small-line.ts';

function statistics(layout: 'channel_major' | 'time_major', tensors: readonly number[][]) {
  const form = tensorFormOf([definition({ layout })], 'float64');
  const extent = new InputExtent(form);
  for (const tensor of tensors) extent.add(Float64Array.from(tensor));
  const own = new InputStatistics(form, extent);
  for (const tensor of tensors) own.add(Float64Array.from(tensor), Uint32Array.of(3, 2));
  return own.summaries();
}

describe('statistics of inputs', () => {
  it('are those of the numbers, in both layouts', () => {
    const first = statistics('channel_major', [
      [1, 2, 3, 10, 20, Number.NaN],
      [4, 5, 6, 30, 40, 50],
    ]);
    const second = statistics('time_major', [
      [1, 10, 2, 20, 3, Number.NaN],
      [4, 30, 5, 40, 6, 50],
    ]);
    expect(second).toEqual(first);
    expect(first[0]).toMatchObject({ cells: 6, missing: 0, mean: 3.5, min: 1, max: 6 });
    expect(first[0]!.std).toBeCloseTo(Math.sqrt(35 / 12), 12);
    expect(first[1]).toMatchObject({ cells: 6, missing: 1, mean: 30, observed_share: 2 / 3 });
    for (const { histogram, cells, missing, min, max } of first) {
      expect(histogram.counts.reduce((a, b) => a + b)).toBe(cells - missing);
      expect([histogram.edges[0], histogram.edges.at(-1)]).toEqual([min, max]);
      expect(histogram.edges).toHaveLength(histogram.counts.length + 1);
    }
  });

  it('lose nothing where a large value hardly changes', () => {
    const [input] = statistics('channel_major', [[1e9, 1e9 + 1e-3, 1e9 + 2e-3, 0, 0, 0]]);
    expect(input!.std).toBeCloseTo(Math.sqrt(2 / 3) * 1e-3, 6);
  });

  it('of a constant are in one bin, and of nothing are none', () => {
    const [, input] = statistics('channel_major', [[1, 2, 3, 7, 7, 7]]);
    expect(input).toMatchObject({ std: 0, min: 7, max: 7 });
    expect(input!.histogram.counts[0]).toBe(3);
    const [none] = statistics('channel_major', []);
    expect(none).toMatchObject({ cells: 0, mean: null, histogram: { edges: [] } });
  });
});
