import { describe, expect, it } from 'vitest';
import { inputNames } from '../../src/dataset/input-names.ts';
import { tensorFormOf } from '../../src/tensor-form.ts';
import { OTHER_LINE, definition, metric } from '../small-line.ts';

const lines = [
  definition(),
  definition({
    lineId: OTHER_LINE,
    inputMetricIds: [metric(2), metric(3)],
    outputMetricId: metric(9),
  }),
];
const form = tensorFormOf(lines, 'float64');

describe('names of inputs', () => {
  it.each([
    {
      what: 'the same in every line',
      names: ['speed', 'heat', 'speed', 'heat'],
      expected: ['speed', 'heat'],
    },
    {
      what: 'another in one line',
      names: ['speed', 'heat', 'speed', 'cold'],
      expected: ['speed', 'input_1'],
    },
    {
      what: 'the same for two inputs',
      names: ['heat', 'heat', 'heat', 'heat'],
      expected: ['heat', 'input_1'],
    },
    { what: 'known of one line only', names: ['speed', 'heat'], expected: ['input_0', 'input_1'] },
    { what: 'none', names: [], expected: ['input_0', 'input_1'] },
  ])('$what', ({ names, expected }) => {
    const byId = new Map(names.map((name, n) => [metric(n), name]));
    expect(inputNames(form, byId)).toEqual(expected);
  });
});
