import { describe, expect, it } from 'vitest';
import { numberTicks, timeTicks, type Tick } from '../../src/internal/chart-scale.ts';

const texts = (ticks: readonly Tick[]): string => ticks.map((tick) => tick.text).join(' ');

describe('numberTicks', () => {
  it.each([
    [0, 10, 5, '0 2 4 6 8 10'],
    [3.12, 3.27, 5, '3.15 3.20 3.25'],
    [-1, 1, 4, '-1.0 -0.5 0.0 0.5 1.0'],
    [0, 1000, 4, '0 250 500 750 1000'],
    [1e9, 1e9 + 4, 4, '1000000000 1000000001 1000000002 1000000003 1000000004'],
    [0.1, 0.9, 1, '0.25 0.50 0.75'],
    [1e15, 1e15 + 0.125, 2, '1000000000000000 1000000000000000.1'],
    [0, 1e-7, 2, '0.00000000 0.00000005 0.00000010'],
  ])('%d to %d by %d: %s', (min, max, count, expected) => {
    expect(texts(numberTicks(min, max, count))).toBe(expected);
  });
});

describe('timeTicks', () => {
  const at = Date.parse('2019-03-06T22:50:00Z');
  it.each([
    [300, 3, '00.000 00.100 00.200 00.300'],
    [20_000, 4, '22:50:00 22:50:05 22:50:10 22:50:15 22:50:20'],
    [7_200_000, 4, '23:00 23:30 2019-03-07 00:30'],
    [5 * 86_400_000, 5, '2019-03-07 2019-03-08 2019-03-09 2019-03-10 2019-03-11'],
  ])('%d ms by %d: %s', (spanMs, count, expected) => {
    expect(texts(timeTicks(at, at + spanMs, count))).toBe(expected);
  });

  it('stays small over centuries', () => {
    expect(timeTicks(0, 4e13, 6).length).toBeLessThanOrEqual(7);
  });
});
