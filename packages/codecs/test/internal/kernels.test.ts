/** The loops in WebAssembly are what their source says, and give what the loops in JavaScript give, bit by bit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { MetricDictionary, SampleColumns, type SampleBatch } from '@windrow/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as fast from '../../src/index.ts';
import { kernels } from '../../src/internal/kernels.ts';
import { resealedStream } from '../long/fuzz-check.ts';
import { pointsOf, randomOf, timestampShapes, valueShapes } from '../chunk/point-shapes.ts';
import { interleaved, mixed, rowsOf } from '../stream/stream-rows.ts';

const KERNELS = join(import.meta.dirname, '../../kernels/make-kernels.mjs');
const BYTES = join(import.meta.dirname, '../../src/internal/kernel-bytes.ts');

/** The codecs as they are where there is no WebAssembly. */
let plain: typeof fast;

beforeAll(async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  const loaded = await import('../../src/internal/kernels.ts');
  if (loaded.kernels !== null) throw new Error('found kernels without WebAssembly');
  plain = await import('../../src/index.ts');
  vi.unstubAllGlobals();
});

it('is what its source compiles to', async () => {
  const { makeKernels } = (await import(KERNELS)) as { makeKernels: () => Promise<string> };
  expect(await makeKernels()).toBe(readFileSync(BYTES, 'utf8'));
}, 60_000);

/** What decoding gives: timestamps and bits, or the message of the error. */
function outcome(codecs: typeof fast, bytes: Uint8Array, room: number): string {
  const columns = { timestampsMs: new Float64Array(room), values: new Float64Array(room) };
  try {
    const count = codecs.decodeChunk(bytes, 0, bytes.length, columns);
    const bits = Buffer.from(columns.values.buffer, 0, count * 8).toString('hex');
    return `${columns.timestampsMs.subarray(0, count).join()} ${bits}`;
  } catch (error) {
    return String(error);
  }
}

function chunkOf(codecs: typeof fast, points: fast.ChunkPoints): Uint8Array {
  const out = new Uint8Array(codecs.chunkBytesMax(points.length));
  return out.slice(0, codecs.encodeChunk(points, out, 0));
}

function streamOf(codecs: typeof fast, batch: SampleBatch, rowsPerBlock: number): Buffer {
  const encoder = new codecs.StreamEncoder({ rowsPerBlock });
  const blocks: Uint8Array[] = [];
  const keep = (bytes: Uint8Array): void => {
    blocks.push(bytes.slice());
  };
  encoder.write(batch, keep);
  encoder.flush(keep);
  return Buffer.concat(blocks);
}

const shapes = fc.record({
  timestamps: fc.constantFrom(...Object.keys(timestampShapes)),
  values: fc.constantFrom(...Object.keys(valueShapes)),
  count: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 700 })),
  seed: fc.integer(),
});

describe('with and without the kernels', () => {
  it('there are kernels here', () => {
    expect(kernels).not.toBeNull();
  });

  it('a chunk has the same bytes and gives the same points', () => {
    fc.assert(
      fc.property(shapes, ({ timestamps, values, count, seed }) => {
        const points = pointsOf(timestamps, values, count, seed);
        const bytes = chunkOf(fast, points);
        expect(Buffer.from(bytes).equals(chunkOf(plain, points))).toBe(true);
        const found = outcome(fast, bytes, count);
        expect(found).toBe(outcome(plain, bytes, count));
        expect(found).toContain(points.timestampsMs.join());
      }),
      { numRuns: 1000 },
    );
  });

  it('a damaged chunk gives the same points or the same words', () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (shape, changes) => {
        const { timestamps, values, count, seed } = shape;
        const bytes = chunkOf(fast, pointsOf(timestamps, values, count, seed));
        const end = bytes.length - 4;
        for (const change of changes) bytes[2 + ((change >>> 3) % (end - 2))]! ^= 1 << (change & 7);
        new DataView(bytes.buffer).setUint32(end, crc32(bytes.subarray(0, end)), true);
        expect(outcome(fast, bytes, 65_536)).toBe(outcome(plain, bytes, 65_536));
      }),
      { numRuns: 1500 },
    );
  });

  it('a stream of values of many kinds has the same bytes', () => {
    const kinds = fc.constantFrom(...Object.keys(valueShapes));
    fc.assert(
      fc.property(
        fc.array(kinds, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (names, turns, seed) => {
          const batch = mixed(names, turns, seed);
          const bytes = streamOf(fast, batch, 300);
          expect(bytes.equals(streamOf(plain, batch, 300))).toBe(true);
          expect(streamOutcome(fast, bytes)).toBe(rowsOf(batch).join('\n'));
          expect(streamOutcome(plain, bytes)).toBe(rowsOf(batch).join('\n'));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('a stream has the same bytes and gives the same rows', () => {
    const orders = ['cyclic', 'with holes', 'runs', 'random'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...orders),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (order, series, rows, seed) => {
          const batch = interleaved({ order, series, rows, seed });
          const bytes = streamOf(fast, batch, 400);
          expect(bytes.equals(streamOf(plain, batch, 400))).toBe(true);
          expect(streamOutcome(fast, bytes)).toBe(rowsOf(batch).join('\n'));
          expect(streamOutcome(plain, bytes)).toBe(rowsOf(batch).join('\n'));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a damaged stream gives the same rows and the same words', () => {
    const kinds = fc.constantFrom(...Object.keys(valueShapes));
    fc.assert(
      fc.property(
        fc.array(kinds, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
        (names, turns, seed, changes) => {
          const whole = streamOf(fast, mixed(names, turns, seed), 60);
          for (const change of changes) whole[(change >>> 3) % whole.length]! ^= 1 << (change & 7);
          const bytes = resealedStream(whole);
          expect(streamOutcome(fast, bytes)).toBe(streamOutcome(plain, bytes));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('records in any order, with timestamps out of range, are the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (series, disorder, seed) => {
          const random = randomOf(seed);
          const batch = interleaved({ order: 'cyclic', series, rows: 2500, seed });
          const bits = new BigUint64Array(batch.values.buffer);
          for (let row = 0; row < batch.length; row++) {
            if (random() < disorder)
              batch.slots[row] = Math.floor(random() * batch.dictionary.size);
            if (random() < 0.1) bits[row] = 0x7ff0_0000_0000_0000n + BigInt(row + 1);
            if (random() < 0.01) batch.timestampsMs[row] = random() < 0.5 ? -8.64e15 : 8.64e15;
          }
          const bytes = new Uint8Array(batch.length * 32);
          fast.encodeRecords(batch, bytes, 0);
          const others = new Uint8Array(bytes.length);
          plain.encodeRecords(batch, others, 0);
          expect(Buffer.from(bytes).equals(others)).toBe(true);
          for (let row = 0; row < 5; row++) bytes[Math.floor(random() * 2500) * 32 + 16] = 0x40;
          expect(recordsIn(fast, bytes)).toBe(recordsIn(plain, bytes));
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** All rows of a stream and what is said of its damage, as text. */
function streamOutcome(codecs: typeof fast, bytes: Uint8Array): string {
  const lines: string[] = [];
  const decoder = new codecs.StreamDecoder(new MetricDictionary(), (damage) => {
    lines.push(JSON.stringify(damage));
  });
  for (const part of decoder.push(bytes)) lines.push(...rowsOf(part));
  for (const part of decoder.end()) lines.push(...rowsOf(part));
  return lines.join('\n');
}

/** All that records give: rows as text, and what was refused. */
function recordsIn(codecs: typeof fast, bytes: Uint8Array): string {
  const columns = new SampleColumns(new MetricDictionary(), 700);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    columns.length = 0;
    at = codecs.decodeRecords(bytes, at, bytes.length, columns, (offset, reason) => {
      lines.push(`${offset}: ${reason}`);
    });
    lines.push(...rowsOf(columns));
  }
  return lines.join('\n');
}
