import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import {
  Binary,
  CompressionType,
  Dictionary,
  FixedSizeBinary,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint64,
  Utf8,
  compressionRegistry,
  makeData,
  tableToIPC,
  vectorFromArray,
  type DataType,
  type Vector,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../src/index.ts';
import { idOf, keysOf, readAll, someRows, withFolder, type Read, type Row } from '../../samples.ts';

const rows = someRows(500);

async function read(bytes: Uint8Array, name = 'a.arrow'): Promise<Read> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, name), bytes);
    return readAll(fileSource(join(folder, name)));
  });
}

function bytesOf(id: string): Uint8Array {
  return new Uint8Array(Buffer.from(id.replaceAll('-', ''), 'hex'));
}

const ids = (type: DataType): Vector =>
  vectorFromArray(
    rows.map((row) => row.id),
    type,
  );
const binaryIds = (type: DataType): Vector =>
  vectorFromArray(
    rows.map((row) => bytesOf(row.id)),
    type,
  );
const times = (type: DataType, of: (ms: bigint) => bigint): Vector => {
  const data = BigInt64Array.from(rows, (row) => of(BigInt(row.timestampMs)));
  return vectorOf(makeData({ type: type as Int64, length: rows.length, nullCount: 0, data }));
};
const values = (): Vector =>
  vectorFromArray(
    rows.map((row) => row.value),
    new Float64(),
  );

function vectorOf(data: ReturnType<typeof makeData>): Vector {
  return new Table({ column: data as never }).getChildAt(0)!;
}

function table(columns: Record<string, Vector>): Table {
  return new Table(columns as never);
}

const long = (changes: Record<string, Vector> = {}): Table =>
  table({
    metric_id: ids(new Utf8()),
    timestamp_ms: times(new Int64(), (ms) => ms),
    value: values(),
    ...changes,
  });

describe('types of columns', () => {
  it.each([
    ['LargeUtf8 ids', { metric_id: ids(new LargeUtf8()) }],
    ['dictionary ids', { metric_id: ids(new Dictionary(new Utf8(), new Int32())) }],
    [
      'dictionary ids with int16 indices',
      { metric_id: ids(new Dictionary(new Utf8(), new Int16())) },
    ],
    ['binary ids', { metric_id: binaryIds(new Binary()) }],
    ['fixed-size ids', { metric_id: binaryIds(new FixedSizeBinary(16)) }],
    [
      'microseconds',
      { timestamp_ms: times(new TimestampMicrosecond(), (ms) => ms * 1000n + 999n) },
    ],
    [
      'nanoseconds',
      { timestamp_ms: times(new TimestampNanosecond(), (ms) => ms * 1_000_000n + 1n) },
    ],
  ])('reads %s', async (_, changes) => {
    for (const form of ['file', 'stream'] as const) {
      const got = await read(tableToIPC(long(changes), form));
      expect(got.letters).toEqual([]);
      expect(keysOf(got.rows)).toEqual(keysOf(rows));
    }
  });

  it('reads seconds, int32 times, and float32 and integer values', async () => {
    const count = Array.from({ length: 10 }, (_, i) => i - 5);
    const small = (time: Vector, value: Vector): Table =>
      table({
        metric_id: vectorFromArray(
          count.map(() => idOf(1)),
          new Utf8(),
        ),
        timestamp_ms: time,
        value,
      });
    const seconds = vectorOf(
      makeData({
        type: new TimestampSecond(),
        length: 10,
        nullCount: 0,
        data: BigInt64Array.from(count, (i) => BigInt(i)),
      }),
    );
    const float = vectorFromArray(
      count.map((i) => i / 4),
      new Float32(),
    );
    const first = await read(tableToIPC(small(seconds, float), 'stream'), 'a.arrows');
    expect(first.rows.map((row) => row.timestampMs)).toEqual(count.map((i) => i * 1000));
    expect(first.rows.map((row) => row.value)).toEqual(count.map((i) => i / 4));
    const int32 = vectorFromArray(count, new Int32());
    const uint64 = vectorFromArray(
      count.map((i) => BigInt(i + 5)),
      new Uint64(),
    );
    const second = await read(tableToIPC(small(int32, uint64), 'file'));
    expect(second.rows.map((row) => row.timestampMs)).toEqual(count);
    expect(second.rows.map((row) => row.value)).toEqual(count.map((i) => i + 5));
  });

  it('gives null values as NaN, and sets rows with a null or wrong id or a null time aside', async () => {
    const some = <Value>(all: readonly Value[], at: number): (Value | null)[] =>
      all.map((each, i) => (i === at ? null : each));
    const changed = {
      metric_id: vectorFromArray(
        some(
          rows.map((row, i) => (i === 4 ? 'pump' : row.id)),
          3,
        ),
        new Dictionary(new Utf8(), new Int32()),
      ),
      timestamp_ms: vectorFromArray(
        some(
          rows.map((row) => BigInt(row.timestampMs)),
          5,
        ),
        new Int64(),
      ),
      value: vectorFromArray(
        some(
          rows.map((row) => row.value),
          7,
        ),
        new Float64(),
      ),
    };
    const got = await read(tableToIPC(table(changed), 'file'));
    expect(got.letters.map((letter) => [letter.row, letter.reason.slice(0, 27)])).toEqual([
      [4, 'metric_id: found null, expe'],
      [5, 'metric_id: found "pump", ex'],
      [6, 'timestamp_ms: found null, e'],
    ]);
    const expected: Row[] = rows.map((row, i) => (i === 7 ? { ...row, value: Number.NaN } : row));
    expect(keysOf(got.rows)).toEqual(keysOf(expected.filter((_, i) => i < 3 || i > 5)));
  });

  it.each([
    [{ value: ids(new Utf8()) }, /column value: found Utf8, expected float64/],
    [{ timestamp_ms: values() }, /column timestamp_ms: found Float64, expected int64/],
    [{ metric_id: values() }, /column metric_id: found Float64, expected text or 16 bytes/],
  ])('tells of a column that is none: %#', async (changes, reason) => {
    const got = await read(tableToIPC(long(changes), 'stream'));
    expect(got.letters).toMatchObject([{ row: null, reason: expect.stringMatching(reason) }]);
  });

  it('tells of a missing column', async () => {
    const got = await read(tableToIPC(table({ metric_id: ids(new Utf8()), v: values() }), 'file'));
    expect(got.letters[0]!.reason).toMatch(
      /found the columns metric_id, v, expected metric_id, timestamp_ms/,
    );
  });
});

/** An LZ4 frame whose blocks are stored as they are: what any writer may give. */
function lz4Stored(bytes: Uint8Array): Uint8Array {
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE((bytes.length | 0x8000_0000) >>> 0);
  return Buffer.concat([head, size, bytes, Buffer.alloc(4)]);
}

describe('compressed buffers', () => {
  it.each([
    ['zstd', CompressionType.ZSTD, (bytes: Uint8Array) => zstdCompressSync(bytes)],
    ['lz4', CompressionType.LZ4_FRAME, lz4Stored],
  ])('reads %s', async (_, compressionType, encode) => {
    const known = compressionRegistry.get(compressionType);
    compressionRegistry.set(compressionType, { ...known, encode, decode: (bytes) => bytes });
    for (const Writer of [RecordBatchFileWriter, RecordBatchStreamWriter]) {
      const writer = new Writer({ compressionType });
      writer.writeAll(long() as never);
      const got = await read(writer.finish().toUint8Array(true));
      expect(got.letters).toEqual([]);
      expect(keysOf(got.rows)).toEqual(keysOf(rows));
    }
  });
});

describe('what is no Arrow, or not whole', () => {
  const stream = tableToIPC(long(), 'stream');
  const file = tableToIPC(long(), 'file');

  it('reads a stream that is called a file and a file that is called a stream', async () => {
    expect((await read(stream, 'a.arrow')).rows).toHaveLength(rows.length);
    expect((await read(file, 'a.arrows')).rows).toHaveLength(rows.length);
  });

  it.each([
    ['an empty file', new Uint8Array(0), 0, /the file is empty/],
    ['text', Buffer.from('metric_id,timestamp_ms,value'), 0, /no Arrow/],
    ['a stream without its end marker', stream.subarray(0, -8), 500, /without its end marker/],
    ['a stream after a stream', Buffer.concat([stream, stream]), 500, /goes on after its end/],
    ['a file without its footer', file.subarray(0, -10), 0, /cut off/],
    ['half a stream', stream.subarray(0, stream.length >> 1), 0, /ends within a batch/],
  ])('%s', async (_, bytes, count, reason) => {
    const got = await read(bytes);
    expect(got.rows).toHaveLength(count);
    expect(got.letters).toMatchObject([{ reason: expect.stringMatching(reason) }]);
  });

  it('does not believe the length of a body', async () => {
    const bytes = Buffer.from(stream);
    // The metadata's size in the prefix of the first message.
    bytes.writeInt32LE(0x7fff_fff0, 4);
    expect((await read(bytes)).letters).toMatchObject([
      { reason: expect.stringMatching(/no Arrow message at byte/) },
    ]);
  });

  it.each(['stream', 'file'] as const)(
    'neither throws nor hangs when any second byte of a %s is flipped',
    async (form) => {
      const small = tableToIPC(
        table({
          metric_id: vectorFromArray([idOf(1), idOf(2)], new Dictionary(new Utf8(), new Int32())),
          timestamp_ms: vectorFromArray([1n, 2n], new Int64()),
          value: vectorFromArray([1, 2], new Float64()),
        }),
        form,
      );
      await withFolder(async (folder) => {
        const path = join(folder, 'a.arrows');
        for (let at = 0; at < small.length; at += 2) {
          const bytes = Buffer.from(small);
          bytes[at]! ^= 1 << (at & 7);
          await writeFile(path, bytes);
          const got = await readAll(fileSource(path));
          expect(got.rows.length).toBeLessThanOrEqual(4);
        }
      });
    },
  );
});
