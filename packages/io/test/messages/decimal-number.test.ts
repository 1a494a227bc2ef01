import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalNumber } from '../../src/messages/decimal-number.ts';

function read(text: string): number | null {
  const bytes = Buffer.from(`${text},`);
  const number = new DecimalNumber();
  return number.read(bytes, 0, bytes.length) === text.length ? number.value : null;
}

describe('numbers read from bytes', () => {
  it('are those of JSON.parse, to the bit', () => {
    const digits = fc.stringMatching(/^\d{1,22}$/);
    const decimal = fc.tuple(digits, digits).map(([a, b]) => `${a.replace(/^0+(?=\d)/, '')}.${b}`);
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      decimal,
      decimal.map((text) => `-${text}`),
      decimal.map((text) => `${text}e-7`),
      fc.maxSafeInteger().map(String),
    );
    fc.assert(
      fc.property(number, (text) => {
        expect([text, read(text)]).toEqual([text, JSON.parse(text)]);
      }),
      { numRuns: 5000 },
    );
  });

  it('are right where rounding is hard', () => {
    for (const text of [
      '0.1',
      '123456789012345',
      '999999999999999',
      '9007199254740993',
      '0.000000000000000000000123456789012345',
      '0.30000000000000004',
      '8.41',
      '-0',
      '-0.0',
      '0e5',
      '1e23',
      '2.2250738585072014e-308',
      '1e-400',
    ]) {
      expect([text, Object.is(read(text), JSON.parse(text))]).toEqual([text, true]);
    }
  });

  it('are none where JSON has none', () => {
    for (const text of ['', '-', '01', '-01', '.5', '1.', '1.e5', '1e', '1e+', '+1', 'NaN', ' 1']) {
      expect([text, read(text)]).toEqual([text, null]);
    }
  });
});
