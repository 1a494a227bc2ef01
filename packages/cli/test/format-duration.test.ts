import { describe, expect, it } from 'vitest';
import { formatClock, formatDuration } from '../src/format-duration.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [9.96, '10 ms'],
    [850, '850 ms'],
    [999.6, '1 s'],
    [12_345, '12.3 s'],
    [59_960, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [12_000_000, '3 h 20 min'],
    [86_399_000, '1 d 0 h'],
    [187_200_000, '2 d 4 h'],
    [-1500, '-1.5 s'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('%d ms -> %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatClock', () => {
  it.each([
    [-5, '0:00'],
    [7000, '0:07'],
    [59_600, '1:00'],
    [750_000, '12:30'],
    [12_000_000, '3:20:00'],
    [187_200_000, '2 d 4 h'],
  ])('%d ms -> %s', (ms, text) => {
    expect(formatClock(ms)).toBe(text);
  });
});
