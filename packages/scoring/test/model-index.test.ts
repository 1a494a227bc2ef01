import { describe, expect, it } from 'vitest';
import { readModelIndex } from '../src/model-index.ts';

const sha256 = 'a'.repeat(64);
const read = (json: unknown): ReturnType<typeof readModelIndex> =>
  readModelIndex(Buffer.from(JSON.stringify(json)), 'index.json', new URL('http://h/models/'));
const over = (files: unknown, version = '1', identifier = 'm'): unknown => ({
  models: { [identifier]: { [version]: files } },
});

describe('readModelIndex', () => {
  it('gives files their URL', () => {
    const listing = read(over({ 'a/b c.bin': { sha256, size: 3 } }, '7', 'm#1'));
    expect(listing.get('m#1')?.versions.get(7)?.get('a/b c.bin')).toEqual({
      place: 'http://h/models/m%231/7/a/b%20c.bin',
      name: 'a/b c.bin',
      sizeBytes: 3,
      sha256,
      md5: null,
      crc32c: null,
    });
  });

  it('mentions what is no version', () => {
    const { versions, notes } = read(over({}, '01')).get('m')!;
    expect(versions.size).toBe(0);
    expect(notes).toEqual([expect.stringMatching(/m\/01: ignored: no version/)]);
  });

  it.each<readonly [string, unknown, RegExp]>([
    ['no models', {}, /models/],
    ['an unknown field', { models: {}, version: 1 }, /version/],
    ['no sha256', over({ f: { size: 3 } }), /sha256/],
    ['a sha256 in upper case', over({ f: { sha256: 'A'.repeat(64), size: 3 } }), /64 hexadecimal/],
    ['a size below zero', over({ f: { sha256, size: -1 } }), /size/],
    ['a file outside', over({ '../f': { sha256, size: 1 } }), /Invalid key .*"\.\.\/f"/],
    ['an identifier outside', over({}, '1', '..'), /Invalid key .*"\.\."/],
    ['an identifier with a slash', over({}, '1', 'a/b'), /Invalid key .*"a\/b"/],
  ])('refuses %s', (_, json, message) => {
    expect(() => read(json)).toThrow(/^index.json: found no index of models: /);
    expect(() => read(json)).toThrow(message);
  });
});
