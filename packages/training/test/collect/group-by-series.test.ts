import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupBySeries } from '../../src/collect/group-by-series.ts';

describe('targets that are read together', () => {
  it.each([
    ['fill a group', [['a', 'b'], ['c'], ['d']], 3, [[0, 1], [2]]],
    ['that share a metric stand together', [['a'], ['b'], ['a', 'c']], 2, [[0, 2], [1]]],
    ['by others, too', [['a'], ['b'], ['c'], ['b', 'a'], ['c', 'b']], 1, [[0, 1, 2, 3, 4]]],
    ['may be more than fit', [['a', 'b', 'c'], ['d']], 2, [[0], [1]]],
    ['count a metric once', [['a', 'b'], ['a', 'b'], ['c']], 3, [[0, 1, 2]]],
  ] as const)('%s', (_name, inputs, seriesMax, groups) => {
    expect(groupBySeries(inputs, seriesMax)).toEqual(groups);
  });

  it('are each in one group, and no metric is in two', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 30 }).map(String), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        fc.array(ids, { maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (inputs, max) => {
          const groups = groupBySeries(inputs, max);
          expect(groups.flat().toSorted((a, b) => a - b)).toEqual([...inputs.keys()]);
          const metrics = groups.map(
            (group) => new Set(group.flatMap((target) => inputs[target]!)),
          );
          const sizes = metrics.reduce((sum, set) => sum + set.size, 0);
          expect(sizes).toBe(new Set(inputs.flat()).size);
        },
      ),
    );
  });
});
