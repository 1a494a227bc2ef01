import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalNumber } from '../../../src/messages/decimal-number.ts';
import { skipValue } from '../../../src/messages/internal/skip-value.ts';

function skips(text: string): boolean {
  const bytes = Buffer.from(`${text} ,`);
  return skipValue(bytes, 0, bytes.length, new DecimalNumber()) === bytes.length - 2;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const documents = [
  '"\\u00b0C \\" \\\\ \\/\\b\\f\\n\\r\\t ü"',
  '{"a":[1,{"b":null},[]],"c":{},"d":"x","e":-1.5e+3}',
  '[ true , false , null , "" , { } ]',
  '{ "a" : { "b" : [ "\\uD83D" ] } }',
];

describe('values passed over', () => {
  it('are those that JSON.parse takes, and no others: every byte of them changed', () => {
    const bytes = [0x00, 0x09, 0x20, 0x22, 0x2c, 0x30, 0x3a, 0x5b, 0x5c, 0x5d, 0x75, 0x7b, 0x7d];
    const wrong: string[] = [];
    for (const document of documents) {
      expect(skips(document)).toBe(true);
      for (let at = 0; at < document.length; at++) {
        for (const byte of bytes) {
          const text = document.slice(0, at) + String.fromCharCode(byte) + document.slice(at + 1);
          if (/^\s|\s$/.test(text)) continue;
          if (skips(text) !== parses(text)) wrong.push(text);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('are those that JSON.parse takes, however they are nested', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(skips(text)).toBe(true);
        expect(skips(text.slice(0, -1))).toBe(parses(text.slice(0, -1)));
      }),
    );
  });

  it('are left to others where they are very deep', () => {
    expect(skips('['.repeat(16) + ']'.repeat(16))).toBe(true);
    expect(skips('['.repeat(17) + ']'.repeat(17))).toBe(false);
    expect(skips('['.repeat(100_000))).toBe(false);
  });
});
