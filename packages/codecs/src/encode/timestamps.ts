/** The timestamps of a chunk as a column; FORMAT.md, "Timestamps". */
import { TIMESTAMP_MS_MAX, TIMESTAMP_MS_MIN, assert } from '@windrow/core';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { kernels } from '../internal/kernels.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import {
  OFFSET_RANGE_MAX,
  analyse,
  analysis,
  writeColumn,
  writeJitter,
  writeRegular,
} from './column.ts';

/** Below this many bits a point a line with jitter cannot be much better. */
const JITTER_BITS = 2;

const offsets: Int32Array = intScratch();
const ownTimestamps: Float64Array = floatScratch();
const lows: Int32Array = intScratch();

/** Writes `timestampsMs[0 .. count)`, count >= 1: integers in core's range, in any order. */
export function writeTimestamps(
  writer: ByteWriter,
  timestampsMs: Float64Array,
  count: number,
): void {
  const first = timestampsMs[0]!;
  assertTimestamp(first);
  const step = count > 1 ? timestampsMs[1]! - first : 0;
  if (isRegular(timestampsMs, count, step)) {
    assertTimestamp(timestampsMs[count - 1]!);
    assertTimestamp(first + step);
    writeRegular(writer, first, step);
    return;
  }
  if (fillOffsets(timestampsMs, count)) {
    writeNear(writer, first, count);
    return;
  }
  let least = first;
  let greatest = first;
  for (let i = 0; i < count; i++) {
    const timestampMs = timestampsMs[i]!;
    assertTimestamp(timestampMs);
    if (timestampMs < least) least = timestampMs;
    if (timestampMs > greatest) greatest = timestampMs;
  }
  if (greatest - least < OFFSET_RANGE_MAX) {
    for (let i = 0; i < count; i++) offsets[i] = timestampsMs[i]! - first;
    writeNear(writer, first, count);
  } else {
    writeFar(writer, timestampsMs, count, { least, greatest });
  }
}

/** Fills `offsets` where that can be done by the kernels, and all is as it should be. */
function fillOffsets(timestampsMs: Float64Array, count: number): boolean {
  if (kernels === null) return false;
  ownTimestamps.set(timestampsMs.length === count ? timestampsMs : timestampsMs.subarray(0, count));
  return kernels.timestampOffsets(ownTimestamps.byteOffset, count, offsets.byteOffset) === 1;
}

function assertTimestamp(timestampMs: number): void {
  assert(
    timestampMs >= TIMESTAMP_MS_MIN &&
      timestampMs <= TIMESTAMP_MS_MAX &&
      Math.floor(timestampMs) === timestampMs,
    'timestamps are integers in range',
  );
}

function isRegular(timestampsMs: Float64Array, count: number, step: number): boolean {
  if (Math.abs(step) * (count - 1) > Number.MAX_SAFE_INTEGER) return false;
  let i = 1;
  for (; i + 4 <= count; i += 4) {
    const a = timestampsMs[i]!;
    const b = timestampsMs[i + 1]!;
    const c = timestampsMs[i + 2]!;
    if (a - timestampsMs[i - 1]! !== step || b - a !== step) return false;
    if (c - b !== step || timestampsMs[i + 3]! - c !== step) return false;
  }
  for (; i < count; i++) if (timestampsMs[i]! - timestampsMs[i - 1]! !== step) return false;
  return true;
}

/** Writes the offsets from the first one. */
function writeNear(writer: ByteWriter, first: number, count: number): void {
  analyse(offsets, count);
  if (analysis.bytes * 8 > count * JITTER_BITS && writeJitter(writer, first, offsets, count)) {
    return;
  }
  writeColumn(writer, first, offsets, count);
}

/** Timestamps weeks apart: low bits are set apart so that the rest are offsets. */
function writeFar(
  writer: ByteWriter,
  timestampsMs: Float64Array,
  count: number,
  range: { readonly least: number; readonly greatest: number },
): void {
  const span = (range.greatest - range.least) / OFFSET_RANGE_MAX;
  const width = Math.ceil(Math.log2(span)) + 1;
  const unit = 2 ** width;
  const base = Math.floor(range.least / unit);
  for (let i = 0; i < count; i++) {
    const high = Math.floor(timestampsMs[i]! / unit);
    offsets[i] = high - base;
    lows[i] = timestampsMs[i]! - high * unit;
  }
  analyse(offsets, count);
  writeColumn(writer, base, offsets, count, { width, values: lows });
}
