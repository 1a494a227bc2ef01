import { MetricDictionary } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextIdCache } from '../../../../src/files/arrow/internal/text-id-cache.ts';

function wordsOf(texts: readonly string[]): Int32Array {
  const bytes = new Uint8Array(Buffer.from(texts.join('')));
  return new Int32Array(bytes.buffer);
}

describe('TextIdCache', () => {
  it('finds a text with its own slot or not at all, whatever came in between', () => {
    const texts = fc.array(fc.uuid(), { minLength: 1, maxLength: 40 });
    const order = fc.array(fc.nat(39), { maxLength: 300 });
    fc.assert(
      fc.property(texts, order, (ids, places) => {
        const dictionary = new MetricDictionary();
        const words = wordsOf(ids);
        const cache = new TextIdCache();
        for (const place of places) {
          const i = place % ids.length;
          const slot = dictionary.intern(ids[i]!);
          const found = cache.find(words, i * 9);
          expect([-1, slot]).toContain(found);
          if (found < 0) cache.keep(words, i * 9, slot);
          expect(cache.find(words, i * 9)).toBe(slot);
        }
      }),
    );
  });

  it('keeps nearly all of a few hundred ids that differ in one digit or two', () => {
    const ids = Array.from(
      { length: 256 },
      (_, i) => `00000000-0000-4000-8000-0000000000${i.toString(16).padStart(2, '0')}`,
    );
    const words = wordsOf(ids);
    const cache = new TextIdCache();
    for (let i = 0; i < ids.length; i++) cache.keep(words, i * 9, i);
    const kept = ids.filter((_, i) => cache.find(words, i * 9) === i);
    expect(kept.length).toBeGreaterThan(ids.length * 0.97);
  });
});
