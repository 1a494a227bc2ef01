import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatRate,
  formatShare,
  formatSi,
} from '../src/format-number.ts';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [-0.4, '0'],
    [999, '999'],
    [1000, '1,000'],
    [-1234567, '-1,234,567'],
    [50_000_000, '50,000,000'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [1e300, '1e+300'],
  ])('%d -> %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('formatSi', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [0.25, '0.25'],
    [999, '999'],
    [999.6, '1 k'],
    [1000, '1 k'],
    [1234, '1.23 k'],
    [12_340, '12.3 k'],
    [100, '100'],
    [123_400, '123 k'],
    [999_499, '999 k'],
    [999_500, '1 M'],
    [4_120_000, '4.12 M'],
    [-2_500_000, '-2.5 M'],
    [1e21, '1000000 P'],
    [Number.NaN, 'NaN'],
  ])('%d -> %s', (value, text) => {
    expect(formatSi(value)).toBe(text);
  });

  it('is a rate with /s', () => {
    expect(formatRate(4_070_000)).toBe('4.07 M/s');
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1_048_575, '1 MiB'],
    [1_610_612_736, '1.5 GiB'],
  ])('%d -> %s', (sizeBytes, text) => {
    expect(formatBytes(sizeBytes)).toBe(text);
  });
});

describe('formatShare', () => {
  it.each([
    [0, '0 %'],
    [0.001, '0.1 %'],
    [0.099, '9.9 %'],
    [0.43, '43 %'],
    [0.9999, '99 %'],
    [1, '100 %'],
  ])('%d -> %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});
