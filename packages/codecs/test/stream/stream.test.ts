import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricDictionary, SampleColumns, UNKNOWN_SLOT, type SampleBatch } from '@windrow/core';
import { StreamDecoder, StreamEncoder, type StreamDamage } from '../../src/index.ts';
import { randomOf } from '../chunk/point-shapes.ts';
import { interleaved, rowsOf, streamOf } from './stream-rows.ts';

/** Reads a stream in pieces of the given size. */
function read(
  bytes: Uint8Array,
  pieceBytes = bytes.length,
): { rows: string[]; damages: StreamDamage[] } {
  const damages: StreamDamage[] = [];
  const rows: string[] = [];
  const decoder = new StreamDecoder(new MetricDictionary(), (damage) => damages.push(damage));
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const batch of decoder.push(bytes.slice(at, at + pieceBytes))) rows.push(...rowsOf(batch));
  }
  for (const batch of decoder.end()) rows.push(...rowsOf(batch));
  return { rows, damages };
}

/** What a stream of the batch gives back, which should be `rowsOf(batch)`. */
function readBack(batch: SampleBatch, rowsPerBlock?: number): string[] {
  const { rows, damages } = read(streamOf([batch], rowsPerBlock));
  return damages.length > 0 ? [damages[0]!.reason] : rows;
}

describe('a stream gives back every row in its order', () => {
  it('whatever the number of series, of rows, and of rows a block', () => {
    for (const series of [1, 2, 7, 100]) {
      for (const rows of [1, 2, 99, 1000]) {
        for (const rowsPerBlock of [1, 64, 65_536]) {
          if (rowsPerBlock === 1 && rows > 99) continue;
          const batch = interleaved({ series, rows, order: 'cyclic', seed: series * rows });
          expect(readBack(batch, rowsPerBlock)).toEqual(rowsOf(batch));
        }
      }
    }
  });

  it.each(['cyclic', 'with holes', 'runs', 'random'] as const)('in the order: %s', (order) => {
    const batch = interleaved({ series: 50, rows: 3000, order, seed: 3 });
    expect(readBack(batch)).toEqual(rowsOf(batch));
  });

  it('with any bits for values and any timestamps', () => {
    const row = fc.tuple(
      fc.nat(20),
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    );
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 90 }),
        (rows, rowsPerBlock) => {
          const batch = new SampleColumns(new MetricDictionary(), rows.length);
          for (const [metric, timestampMs, bits] of rows) {
            const id = `00000000-0000-0000-0000-${String(metric).padStart(12, '0')}`;
            new BigUint64Array(batch.values.buffer)[batch.length] = bits;
            const value = batch.values[batch.length]!;
            batch.push(batch.dictionary.intern(id), timestampMs, value);
            new BigUint64Array(batch.values.buffer)[batch.length - 1] = bits;
          }
          expect(readBack(batch, rowsPerBlock)).toEqual(rowsOf(batch));
        },
      ),
    );
  });

  it('from pieces of every size', () => {
    const batch = interleaved({ series: 10, rows: 200, order: 'with holes', seed: 5 });
    const bytes = streamOf([batch], 70);
    for (let pieceBytes = 1; pieceBytes < 60; pieceBytes++) {
      expect(read(bytes, pieceBytes)).toEqual({ rows: rowsOf(batch), damages: [] });
    }
  });

  it('from batches with dictionaries of their own, that grow', () => {
    const batches = [1, 2, 3].map((seed) =>
      interleaved({ series: 5 * seed, rows: 60, order: 'random', seed }),
    );
    const { rows, damages } = read(streamOf(batches, 50));
    expect(damages).toEqual([]);
    expect(rows).toEqual(batches.flatMap((batch) => rowsOf(batch)));
  });

  it('from streams one after the other', () => {
    const a = interleaved({ series: 9, rows: 40, order: 'random', seed: 7 });
    const b = interleaved({ series: 9, rows: 40, order: 'random', seed: 8 });
    const { rows, damages } = read(Buffer.concat([streamOf([a]), streamOf([b])]));
    expect(damages).toEqual([]);
    expect(rows).toEqual([...rowsOf(a), ...rowsOf(b)]);
  });

  it('with the answer of a closed dictionary for ids that it does not hold', () => {
    const batch = interleaved({ series: 4, rows: 8, order: 'cyclic', seed: 1 });
    const known = MetricDictionary.of([batch.dictionary.text(2)]);
    const decoder = new StreamDecoder(known, () => expect.unreachable());
    const slots: number[] = [];
    for (const back of decoder.push(streamOf([batch]))) {
      slots.push(...back.slots.subarray(0, back.length));
    }
    const unknown = UNKNOWN_SLOT;
    expect(slots).toEqual([unknown, unknown, 0, unknown, unknown, unknown, 0, unknown]);
  });
});

describe('a damaged stream', () => {
  const batch = interleaved({ series: 6, rows: 600, order: 'cyclic', seed: 11 });
  const bytes = streamOf([batch], 100);
  const all = rowsOf(batch);

  /** Where blocks of samples start: the ids come first. */
  const starts: number[] = [];
  for (let at = 0; at >= 0; at = Buffer.from(bytes).indexOf('f7574e53', at + 1, 'hex')) {
    starts.push(at);
  }

  it('gives the rows of every block but the damaged one', () => {
    expect(starts).toHaveLength(7);
    for (let block = 1; block < 7; block++) {
      for (const place of [0, 5, 6, 9, 12, 20, 40]) {
        const damaged = bytes.slice();
        damaged[starts[block]! + place]! ^= 0x10;
        const { rows, damages } = read(damaged, 77);
        const from = (block - 1) * 100;
        expect(rows).toEqual([...all.slice(0, from), ...all.slice(from + 100)]);
        const sizeBytes = (starts[block + 1] ?? bytes.length) - starts[block]!;
        expect(damages).toMatchObject([{ offset: starts[block], sizeBytes }]);
      }
    }
  });

  it('gives nothing wrong when its ids are lost, and goes on when they are repeated', () => {
    const long = interleaved({ series: 2, rows: 3000, order: 'random', seed: 4 });
    const damaged = streamOf([long], 100);
    damaged[20]! ^= 1;
    const { rows, damages } = read(damaged);
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows).toEqual(rowsOf(long).slice(-rows.length));
    expect(damages.length).toBe(1 + (3000 - rows.length) / 100);
    expect(damages[1]!.reason).toContain('metric ids were lost');
  });

  it('never mistakes the ids of another stream for its own', () => {
    const other = interleaved({ series: 6, rows: 100, order: 'cyclic', seed: 99 });
    const second = streamOf([other]);
    second[30]! ^= 1;
    const { rows } = read(Buffer.concat([bytes, second]));
    expect(rows).toEqual(all);
  });

  it('gives the rows before and after bytes that are no block', () => {
    const random = randomOf(5);
    const noise = Uint8Array.from({ length: 5000 }, () => random() * 256);
    const { rows, damages } = read(Buffer.concat([noise, bytes, noise, bytes]), 999);
    expect(rows).toEqual([...all, ...all]);
    expect(damages).toMatchObject([
      { offset: 0, sizeBytes: 5000 },
      { offset: 5000 + bytes.length, sizeBytes: 5000 },
    ]);
  });

  it('cut anywhere gives the whole blocks before, and says what is missing', () => {
    for (let size = 0; size < bytes.length; size++) {
      const { rows, damages } = read(bytes.slice(0, size));
      const whole = starts.filter((_, block) => (starts[block + 1] ?? bytes.length) <= size).length;
      expect(rows).toEqual(all.slice(0, Math.max(0, whole - 1) * 100));
      const end = starts[whole] ?? bytes.length;
      expect(damages).toHaveLength(size === end ? 0 : 1);
    }
  });

  it('gives what stands behind a block that ends too early', () => {
    const cut = Buffer.concat([bytes.slice(0, starts[3]! + 30), streamOf([batch], 600)]);
    const { rows, damages } = read(cut, 100);
    expect(rows).toEqual([...all.slice(0, 200), ...all]);
    expect(damages).toMatchObject([{ offset: starts[3], sizeBytes: 30 }]);
  });

  it('of heads within heads takes time in proportion to its size', () => {
    // Each of 250 000 heads claims a payload of 2 MB, whose checksum would take a minute and more to take every time.
    const heads = Buffer.alloc(4_000_000);
    for (let at = 0; at < heads.length; at += 16) {
      heads.write('f7574e530102', at, 'hex');
      heads.writeUInt32LE(2_000_000, at + 8);
      heads.writeUInt16LE(crc32(heads.subarray(at, at + 16)) & 0xffff, at + 6);
    }
    const start = performance.now();
    const gap = Buffer.alloc(2_100_000);
    const { rows } = read(Buffer.concat([heads, gap, bytes]), 1_000_000);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(rows).toEqual(all);
  });

  it('with any bit flipped gives no row that was not there', () => {
    const small = interleaved({ series: 3, rows: 24, order: 'random', seed: 2 });
    const whole = streamOf([small], 8);
    const known = new Set(rowsOf(small));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const damaged = whole.slice();
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      const { rows, damages } = read(damaged);
      expect(rows.every((row) => known.has(row))).toBe(true);
      expect(damages.length).toBeGreaterThan(0);
    }
  });
});

describe('values together', () => {
  /** What a block of two rows of two series, at 0 ms, with these values is refused with. */
  function refusal(layout: number, values: readonly number[]): string {
    const ids = streamOf([interleaved({ series: 2, rows: 2, order: 'cyclic', seed: 1 })]);
    const idsEnd = 16 + Buffer.from(ids).readUInt32LE(8);
    const rows = [layout, 2, 2, ...[0, 0, 1], ...[0, 0, 0], ...[0, 0, 0], ...values];
    const block = Buffer.alloc(16 + 4 + rows.length);
    block.write('f7574e530102', 0, 'hex');
    block.writeUInt32LE(crc32(ids.subarray(idsEnd - 32, idsEnd)), 16);
    block.set(rows, 20);
    block.writeUInt32LE(block.length - 16, 8);
    block.writeUInt32LE(crc32(block.subarray(16)), 12);
    block.writeUInt16LE(crc32(block.subarray(0, 16)) & 0xffff, 6);
    const { rows: found, damages } = read(Buffer.concat([ids.subarray(0, idsEnd), block]));
    return damages[0]?.reason ?? found.map((row) => row.split(' ')[2]).join();
  }

  const half = [0, 1, 0];
  it('are read', () => {
    // Exponents 1 and 1, no exceptions, firsts 5 and 6: a half and six tenths.
    expect(refusal(0x0c, [...half, 0, 0, 5, 1])).toBe('3fe0000000000000,3fe3333333333333');
  });

  it.each([
    ['both ways', 0x0e, [...half, 0, 0, 5, 1], 'layout 14'],
    ['another layout', 0x1c, [...half, 0, 0, 5, 1], 'layout 28'],
    ['an exponent of 23', 0x0c, [0, 23, 0, 0, 0, 5, 1], 'exponent 23'],
    ['an exponent below 0', 0x0c, [0, 0, 0x41, 0, 0, 5, 1], 'exponent -1'],
    ['more exceptions than values', 0x0c, [...half, 3, 0, 5, 1], 'count of exceptions 3'],
    [
      'a first near the greatest safe integer',
      0x0c,
      [...half, 0, 0, ...[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f], 0],
      'first 9007199254740991',
    ],
    [
      'an exception beyond the last',
      0x0c,
      [...half, 1, 0, 5, 1, 0, 2, 0, ...Array<number>(9).fill(0)],
      'an exception at 2',
    ],
    ['bytes behind', 0x0c, [...half, 0, 0, 5, 1, 0], '1 bytes after the last row'],
    ['too few bytes', 0x0c, [...half, 0, 0, 5], 'bytes left'],
  ])('are refused with %s', (_, layout, values, reason) => {
    expect(refusal(layout, values)).toContain(reason);
  });
});

describe('the caller of StreamEncoder', () => {
  it('asks for a number of rows a block that there is', () => {
    expect(() => new StreamEncoder({ rowsPerBlock: 0 })).toThrow('rowsPerBlock');
    expect(() => new StreamEncoder({ rowsPerBlock: 65_537 })).toThrow('rowsPerBlock');
  });

  it('gives rows with an id', () => {
    const batch = new SampleColumns(MetricDictionary.of([]), 1);
    batch.push(UNKNOWN_SLOT, 0, 0);
    expect(() => streamOf([batch])).toThrow('a row to be written has an id');
  });
});
