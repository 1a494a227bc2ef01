/** Points of one metric to bytes and back, each as well as its library allows. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  Table,
  makeVector,
  tableFromIPC,
  tableToIPC,
  type Float64,
  type Int64,
} from 'apache-arrow';
import {
  chunkBytesMax,
  decodeChunk,
  encodeChunk,
  type ChunkColumns,
  type ChunkPoints,
} from '@windrow/codecs';
import { fromInt64, toInt64 } from './arrow-columns.ts';

export interface ChunkContender {
  readonly name: string;
  readonly what: string;
  /** The bytes are valid until the next call. */
  encode(points: ChunkPoints): Uint8Array;
  /** Gives the number of points. */
  decode(bytes: Uint8Array, columns: ChunkColumns): number;
}

const room = new Uint8Array(chunkBytesMax(65_536));

const chunk: ChunkContender = {
  name: 'chunk',
  what: 'the chunk form of @windrow/codecs',
  encode: (points) => room.subarray(0, encodeChunk(points, room, 0)),
  decode: (bytes, columns) => decodeChunk(bytes, 0, bytes.length, columns),
};

const raw: ChunkContender = {
  name: 'raw',
  what: 'two float64 a point, copied: what memory allows',
  encode: ({ length, timestampsMs, values }) => {
    const words = new Uint8Array(timestampsMs.buffer, timestampsMs.byteOffset, length * 8);
    room.set(words);
    room.set(new Uint8Array(values.buffer, values.byteOffset, length * 8), length * 8);
    return room.subarray(0, length * 16);
  },
  decode: (bytes, { timestampsMs, values }) => {
    const half = bytes.length / 2;
    new Uint8Array(timestampsMs.buffer).set(bytes.subarray(0, half));
    new Uint8Array(values.buffer).set(bytes.subarray(half));
    return half / 8;
  },
};

const rawZstd = zstdOf(raw, 'raw + zstd', 'the same, then zstd (level 3)');

type Columns = { timestamp_ms: Int64; value: Float64 };

const arrow: ChunkContender = {
  name: 'Arrow IPC',
  what: 'apache-arrow, stream format, int64 and float64',
  encode: ({ length, timestampsMs, values }) =>
    tableToIPC(
      new Table({
        timestamp_ms: makeVector(toInt64(timestampsMs, length)),
        value: makeVector(values.subarray(0, length)),
      }),
      'stream',
    ),
  decode: (bytes, { timestampsMs, values }) => {
    const table: Table<Columns> = tableFromIPC(bytes);
    fromInt64(table.getChild('timestamp_ms')!.data[0]!.values, timestampsMs);
    values.set(table.getChild('value')!.data[0]!.values);
    return table.numRows;
  },
};

const arrowZstd = zstdOf(arrow, 'Arrow IPC + zstd', 'the same, then zstd (level 3)');

const json: ChunkContender = {
  name: 'JSON',
  what: 'two arrays of numbers, JSON.stringify and JSON.parse',
  encode: ({ length, timestampsMs, values }) =>
    Buffer.from(
      JSON.stringify([[...timestampsMs.subarray(0, length)], [...values.subarray(0, length)]]),
    ),
  decode: (bytes, { timestampsMs, values }) => {
    const [times, numbers] = JSON.parse(Buffer.from(bytes).toString()) as [number[], number[]];
    timestampsMs.set(times);
    values.set(numbers);
    return times.length;
  },
};

const jsonZstd = zstdOf(json, 'JSON + zstd', 'the same, then zstd (level 3)');

function zstdOf(inner: ChunkContender, name: string, what: string): ChunkContender {
  const params = { [constants.ZSTD_c_compressionLevel]: 3 };
  return {
    name,
    what,
    encode: (points) => zstdCompressSync(inner.encode(points), { params }),
    decode: (bytes, columns) => inner.decode(aligned(zstdDecompressSync(bytes)), columns),
  };
}

/** Arrow wants its buffers at multiples of 8. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

export const chunkContenders: readonly ChunkContender[] = [
  chunk,
  raw,
  rawZstd,
  arrow,
  arrowZstd,
  json,
  jsonZstd,
];
