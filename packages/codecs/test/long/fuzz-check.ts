/**
 * Damaged chunks and streams: a typed error or a valid result, nothing else. Seeds are chunks and streams of every shape; a case
 * is one of them with a few bytes changed, cut out, doubled or swapped, and its checksums made to agree, so that the damage
 * reaches the checks behind them.
 */
import { crc32 } from 'node:zlib';
import { MetricDictionary, TIMESTAMP_MS_MAX, WindrowError } from '@windrow/core';
import { CHUNK_POINTS_MAX, StreamDecoder, decodeChunk } from '../../src/index.ts';
import { pointsOf, randomOf, timestampShapes, valueShapes } from '../chunk/point-shapes.ts';
import { chunkOf } from '../chunk/round-trip.ts';
import { interleaved, mixed, mixedShapes, streamOf } from '../stream/stream-rows.ts';

/** How the cases ended. */
export interface FuzzCounts {
  cases: number;
  /** Chunks refused, chunks decoded, streams of which something was refused. */
  refused: number;
  decoded: number;
  damaged: number;
}

const HEAD_BYTES = 16;

/**
 * Runs until `isOver` says so.
 * @throws Error with the seed and the bytes of a case that did something else
 */
export function checkDamage(seed: number, isOver: (cases: number) => boolean): FuzzCounts {
  const random = randomOf(seed);
  const counts: FuzzCounts = { cases: 0, refused: 0, decoded: 0, damaged: 0 };
  const chunks = Object.keys(timestampShapes).flatMap((timestamps) =>
    Object.keys(valueShapes).map((values) =>
      chunkOf(pointsOf(timestamps, values, 1 + Math.floor(random() * 300), counts.cases)),
    ),
  );
  const streams = Object.values(mixedShapes).map((names) => streamOf([mixed(names, 30, seed)], 60));
  // Rows so few that their values stay in their order.
  streams.push(streamOf([mixed(mixedShapes['bits']!, 12, seed)], 3));
  const orders = (['cyclic', 'with holes', 'runs', 'random'] as const).map((order) =>
    streamOf([interleaved({ series: 5, rows: 100, order, seed })], 40),
  );
  streams.push(...orders);
  const room = {
    timestampsMs: new Float64Array(CHUNK_POINTS_MAX),
    values: new Float64Array(CHUNK_POINTS_MAX),
  };
  while (!isOver(counts.cases)) {
    const isChunk = random() < 0.8;
    const pool = isChunk ? chunks : streams;
    const bytes = changed(pool[Math.floor(random() * pool.length)]!, random);
    try {
      if (isChunk) tryChunk(resealedChunk(bytes), room, counts);
      else tryStream(resealedStream(bytes), counts);
    } catch (error) {
      const hex = Buffer.from(bytes).toString('hex');
      throw new Error(`seed ${seed}, case ${counts.cases}, bytes ${hex}`, { cause: error });
    }
    counts.cases++;
  }
  return counts;
}

function changed(original: Uint8Array, random: () => number): Uint8Array {
  let bytes = original.slice();
  const changes = 1 + Math.floor(random() * 4);
  for (let k = 0; k < changes; k++) {
    const at = Math.floor(random() * bytes.length);
    const kind = random();
    if (kind < 0.5) bytes[at]! ^= 1 << Math.floor(random() * 8);
    else if (kind < 0.7) bytes[at] = random() * 256;
    else if (kind < 0.8) bytes = bytes.slice(0, at + 1);
    else if (kind < 0.9) bytes.copyWithin(at, Math.floor(random() * bytes.length));
    else bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at >> 1)]);
  }
  return bytes;
}

function tryChunk(
  bytes: Uint8Array,
  room: { readonly timestampsMs: Float64Array; readonly values: Float64Array },
  counts: FuzzCounts,
): void {
  try {
    const length = decodeChunk(bytes, 0, bytes.length, room);
    for (let i = 0; i < length; i++) expectTimestamp(room.timestampsMs[i]!);
    counts.decoded++;
  } catch (error) {
    if (!(error instanceof WindrowError) || error.code !== 'FORMAT') throw error;
    counts.refused++;
  }
}

function tryStream(bytes: Uint8Array, counts: FuzzCounts): void {
  let damages = 0;
  const decoder = new StreamDecoder(new MetricDictionary(), () => damages++);
  for (const batches of [decoder.push(bytes), decoder.end()]) {
    for (const { length, timestampsMs } of batches) {
      for (let i = 0; i < length; i++) expectTimestamp(timestampsMs[i]!);
    }
  }
  if (damages > 0) counts.damaged++;
}

function expectTimestamp(timestampMs: number): void {
  if (!Number.isInteger(timestampMs) || Math.abs(timestampMs) > TIMESTAMP_MS_MAX) {
    throw new RangeError(`timestamp ${timestampMs}`);
  }
}

function resealedChunk(bytes: Uint8Array): Uint8Array {
  const end = Math.max(bytes.length - 4, 0);
  const sealed = new Uint8Array(end + 4);
  sealed.set(bytes.subarray(0, end));
  new DataView(sealed.buffer).setUint32(end, crc32(sealed.subarray(0, end)), true);
  return sealed;
}

/** Makes sizes and checksums of the blocks agree, as long as there are marks; a copy. */
export function resealedStream(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes);
  const mark = Buffer.from('f7574e53', 'hex');
  for (let at = buffer.indexOf(mark); at >= 0;) {
    const next = buffer.indexOf(mark, at + 4);
    const end = next < 0 ? buffer.length : next;
    if (end - at >= HEAD_BYTES) {
      buffer.writeUInt16LE(0, at + 6);
      buffer.writeUInt32LE(end - at - HEAD_BYTES, at + 8);
      buffer.writeUInt32LE(crc32(buffer.subarray(at + HEAD_BYTES, end)), at + 12);
      buffer.writeUInt16LE(crc32(buffer.subarray(at, at + HEAD_BYTES)) & 0xffff, at + 6);
    }
    at = next;
  }
  return buffer;
}
