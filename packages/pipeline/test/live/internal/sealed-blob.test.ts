/** Blobs of a checkpoint store: what is written is read back, and nothing else is taken for one. */
import { WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { openBlob, sealBlob } from '../../../src/live/internal/sealed-blob.ts';

const BODY = Uint8Array.from([1, 2, 3, 250]);
const HEAD = {
  name: 'journal/1',
  nothing: null,
  numbers: [0, -0, 1.5, Infinity, -Infinity, 8.64e15],
  text: 'ü "quoted" \u0000',
  nested: { a: [{ b: true }] },
};

describe('a sealed blob', () => {
  it('gives back head and body, also the numbers that JSON lacks', () => {
    const { head, body } = openBlob('a', sealBlob(HEAD, BODY));
    expect(head).toEqual(HEAD);
    expect(Object.is((head as typeof HEAD).numbers[1], -0)).toBe(true);
    expect([...body.take(4)]).toEqual([...BODY]);
    expect(body.left).toBe(0);
  });

  it('is refused with any bit turned, and cut at any byte', () => {
    const whole = sealBlob(HEAD, BODY);
    const wrong: string[] = [];
    const look = (what: string, bytes: Uint8Array): void => {
      try {
        openBlob('a', bytes);
        wrong.push(what);
      } catch (error) {
        if (!(error instanceof WindrowError && error.code === 'FORMAT'))
          wrong.push(`${what}: ${String(error)}`);
      }
    };
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const damaged = whole.slice();
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      look(`bit ${bit}`, damaged);
    }
    for (let length = 0; length < whole.length; length++)
      look(`cut at ${length}`, whole.slice(0, length));
    expect(wrong).toEqual([]);
  });

  it('of another version says which', () => {
    const other = sealBlob({}, BODY);
    expect(() => openBlob('checkpoint/9', other.slice(0, 8))).toThrow(
      'checkpoint/9: found 8 bytes that are no blob of a checkpoint',
    );
  });
});
