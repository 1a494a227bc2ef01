import { describe, expect, it } from 'vitest';
import { INVALID_SLOT, MetricDictionary, UNKNOWN_SLOT, canonicalMetricId } from '../src/index.ts';

const a = '3ea26934-8464-54d1-86a6-70a5c7c9a5f3';
const b = '99baf78a-2bdf-534f-90e5-b58fd852c2c5';

describe('MetricDictionary', () => {
  it('gives out slots in order of first sight, whatever form the id comes in', () => {
    const dictionary = new MetricDictionary();
    expect(dictionary.intern(a)).toBe(0);
    expect(dictionary.intern(b)).toBe(1);
    expect(dictionary.intern(a.toUpperCase())).toBe(0);
    const bytes = new Uint8Array(20);
    dictionary.copyBytes(1, bytes, 3);
    expect(dictionary.internBytes(bytes, 3)).toBe(1);
    const view = new DataView(bytes.buffer, 3);
    expect(
      dictionary.internWords(
        view.getUint32(0, true),
        view.getUint32(4, true),
        view.getUint32(8, true),
        view.getUint32(12, true),
      ),
    ).toBe(1);
    const ascii = new TextEncoder().encode(`..${b}`);
    expect(dictionary.internAscii(ascii, 2, 36)).toBe(1);
    expect(dictionary.text(0)).toBe(a);
    expect(dictionary.size).toBe(2);
  });

  it('answers for the unknown only when closed, and for what is no UUID always', () => {
    const dictionary = MetricDictionary.of([a]);
    expect(dictionary.intern(b)).toBe(UNKNOWN_SLOT);
    expect(dictionary.intern(a)).toBe(0);
    expect(dictionary.intern('not-a-uuid')).toBe(INVALID_SLOT);
    expect(dictionary.intern(a.replaceAll('-', '_'))).toBe(INVALID_SLOT);
    expect(dictionary.intern(`${a} `)).toBe(INVALID_SLOT);
    expect(dictionary.internAscii(new TextEncoder().encode(a), 0, 35)).toBe(INVALID_SLOT);
    expect(dictionary.size).toBe(1);
  });

  it('holds a hundred thousand ids that differ in few bits', () => {
    const dictionary = new MetricDictionary();
    const id = new Uint8Array(16);
    const view = new DataView(id.buffer);
    for (let i = 0; i < 100_000; i++) {
      view.setUint32(12, i);
      expect(dictionary.internBytes(id, 0)).toBe(i);
    }
    view.setUint32(12, 77_777);
    expect(dictionary.internBytes(id, 0)).toBe(77_777);
    expect(dictionary.text(0x1234)).toBe('00000000-0000-0000-0000-000000001234');
  });
});

it('canonicalMetricId accepts the one form only', () => {
  expect(canonicalMetricId(a.toUpperCase())).toBe(a);
  for (const text of [
    '',
    a.slice(1),
    `{${a}}`,
    a.replace('3', 'g'),
    a.replaceAll('-', ''),
    'é'.repeat(36),
  ]) {
    expect(canonicalMetricId(text)).toBeNull();
  }
});
