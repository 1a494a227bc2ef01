import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTimeMs } from '../../../src/messages/internal/iso-time.ts';

function read(text: string): number {
  const bytes = Buffer.from(text);
  return isoTimeMs(bytes, 0, bytes.length);
}

describe('ISO 8601 read from bytes', () => {
  it('is what Date makes of it, for every day of 400 years and more', () => {
    const first = Date.UTC(1869, 0, 1, 23, 59, 58);
    const days = Array.from({ length: 366 * 401 }, (_, day) => first + day * 86_400_000);
    expect(days.filter((ms) => read(new Date(ms).toISOString()) !== ms)).toEqual([]);
  });

  it('is what Date makes of it, with any zone and fraction', () => {
    const two = (most: number) =>
      fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
    const date = fc.date({
      min: new Date(0),
      max: new Date(Date.UTC(2200, 0)),
      noInvalidDate: true,
    });
    const zone = fc.oneof(
      fc.constantFrom('Z', ''),
      fc.tuple(fc.constantFrom('+', '-'), two(23), two(59)).map(([s, h, m]) => `${s}${h}:${m}`),
    );
    fc.assert(
      fc.property(date, fc.stringMatching(/^\d{1,9}$/), zone, (at, fraction, offset) => {
        const seconds = at.toISOString().slice(0, 19);
        const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
        const expected = Date.parse(`${seconds}.${milliseconds}${offset === '' ? 'Z' : offset}`);
        expect(read(`${seconds}.${fraction}${offset}`)).toBe(expected);
        expect(read(`${seconds.replace('T', ' ')}.${fraction}${offset}`)).toBe(expected);
      }),
    );
  });

  it('is left to others where it is written otherwise, or is no time', () => {
    for (const text of [
      '2019-03-06',
      '2019-03-06T13:20Z',
      '2019-03-06T13:20:00+0100',
      '2019-03-06T13:20:00,5Z',
      '2019-02-29T00:00:00Z',
      '1900-02-29T00:00:00Z',
      '2019-13-01T00:00:00Z',
      '2019-00-01T00:00:00Z',
      '2019-01-00T00:00:00Z',
      '2019-01-01T24:00:00Z',
      '2019-01-01T00:60:00Z',
      '2019-01-01T00:00:60Z',
      '2019-01-01T00:00:00.Z',
      '2019-01-01T00:00:00.1234567890Z',
      '2019-01-01T00:00:00+24:00',
      '2019-01-01T00:00:00x',
      '2O19-01-01T00:00:00Z',
    ]) {
      expect([text, read(text)]).toEqual([text, Number.NaN]);
    }
    expect(read('2000-02-29T00:00:00Z')).toBe(Date.UTC(2000, 1, 29));
  });
});
