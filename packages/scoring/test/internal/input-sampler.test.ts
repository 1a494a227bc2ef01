import { describe, expect, it } from 'vitest';
import type { Layout } from '@windrow/core';
import { RunStatistics } from '../../src/model-statistics.ts';
import { InputSampler } from '../../src/internal/input-sampler.ts';
import { definitionOf } from '../tiny-store.ts';

const INPUTS = 3;
const CELLS = 10;
const ROWS = 4;

describe('InputSampler', () => {
  it.each<Layout>(['channel_major', 'time_major'])(
    '%s: takes of each input its own cells, and every one of them in turn',
    (layout) => {
      const isChannelMajor = layout === 'channel_major';
      const data = Float64Array.from({ length: ROWS * INPUTS * CELLS }, (_, i) => {
        const inRow = i % (INPUTS * CELLS);
        const input = isChannelMajor ? Math.floor(inRow / CELLS) : inRow % INPUTS;
        const cell = isChannelMajor ? inRow % CELLS : Math.floor(inRow / INPUTS);
        return input * 100 + cell;
      });
      const statistics = new RunStatistics({ identifier: 'm', version: 1, sha256: '' }, 0);
      const sampler = new InputSampler(definitionOf('m', INPUTS, CELLS, { layout }), statistics);
      for (let run = 0; run < CELLS; run++) sampler.sample(data, ROWS);
      const { inputs } = statistics.snapshot();
      expect(inputs.map((i) => [i.count, i.min, i.mean, i.max])).toEqual([
        [10, 0, 4.5, 9],
        [10, 100, 104.5, 109],
        [10, 200, 204.5, 209],
      ]);
    },
  );

  it('looks at the first 16 runs, then at every eighth', () => {
    const statistics = new RunStatistics({ identifier: 'm', version: 1, sha256: '' }, 0);
    const sampler = new InputSampler(definitionOf('m', 1, 1), statistics);
    for (let run = 0; run < 16 + 80; run++) sampler.sample(Float64Array.of(7), 1);
    expect(statistics.snapshot().inputs[0]).toMatchObject({ count: 16 + 10, mean: 7 });
  });
});
