import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HybridDecoder } from '../../../../src/files/parquet/internal/hybrid-decoder.ts';

/** A run as the format describes it, bit by bit. */
function encodeRun(run: { packed: boolean; values: readonly number[] }, width: number): number[] {
  const header: number[] = [];
  const varint = (value: number): void => {
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      header.push(rest < 128 ? rest : (rest % 128) | 128);
      if (rest < 128) return;
    }
  };
  if (!run.packed) {
    varint(run.values.length * 2);
    const value = BigInt(run.values[0]! >>> 0);
    for (let i = 0; i < Math.ceil(width / 8); i++)
      header.push(Number((value >> BigInt(8 * i)) & 255n));
    return header;
  }
  varint((run.values.length / 8) * 2 + 1);
  let bits = 0n;
  for (const [i, value] of run.values.entries()) bits |= BigInt(value >>> 0) << BigInt(i * width);
  for (let i = 0; i < (run.values.length * width) / 8; i++)
    header.push(Number((bits >> BigInt(8 * i)) & 255n));
  return header;
}

describe('HybridDecoder', () => {
  it.each([1, 2, 3, 7, 8, 9, 13, 16, 17, 24, 25, 26, 31, 32])(
    'decodes runs of width %i, in parts of any size',
    (width) => {
      const max = width === 32 ? 2 ** 31 - 1 : 2 ** width - 1;
      const run = fc.oneof(
        fc
          .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 1, max: 40 }))
          .map(([value, count]) => ({ packed: false, values: Array<number>(count).fill(value) })),
        fc
          .integer({ min: 1, max: 6 })
          .chain((groups) =>
            fc.array(fc.integer({ min: 0, max }), { minLength: groups * 8, maxLength: groups * 8 }),
          )
          .map((values) => ({ packed: true, values })),
      );
      fc.assert(
        fc.property(
          fc.array(run, { minLength: 1, maxLength: 5 }),
          fc.integer({ min: 1, max: 50 }),
          fc.nat(9),
          (runs, part, slack) => {
            const bytes = runs.flatMap((each) => encodeRun(each, width));
            const padded = Uint8Array.from([0xff, ...bytes, ...Array<number>(slack).fill(0xff)]);
            const expected = runs.flatMap((each) => each.values);
            const decoder = new HybridDecoder();
            decoder.reset(padded, 1, 1 + bytes.length, width);
            const out = new Int32Array(expected.length);
            for (let at = 0; at < out.length; at += part) {
              decoder.read(out, at, Math.min(part, out.length - at));
            }
            expect([...out]).toEqual(expected);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('gives zeros for width 0', () => {
    const decoder = new HybridDecoder();
    decoder.reset(new Uint8Array(0), 0, 0, 0);
    const out = new Int32Array(3).fill(9);
    decoder.read(out, 0, 3);
    expect([...out]).toEqual([0, 0, 0]);
  });

  it.each([
    ['no run', [], 3],
    ['a run without its value', [4], 3],
    ['a packed run without its bytes', [3, 1], 9],
    ['empty runs to the end', [0, 0, 0, 0], 8],
    ['a header without end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80], 8],
  ])('refuses %s', (_, bytes, width) => {
    const decoder = new HybridDecoder();
    decoder.reset(Uint8Array.from(bytes), 0, bytes.length, width);
    expect(() => decoder.read(new Int32Array(8), 0, 8)).toThrow(/the page ends|more than 5 bytes/);
  });

  it('refuses widths over 32', () => {
    expect(() => new HybridDecoder().reset(new Uint8Array(8), 0, 8, 33)).toThrow(/33/);
  });
});
