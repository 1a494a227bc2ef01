/**
 * Columns of integers, in the cheapest of their kinds; FORMAT.md, "Columns".
 *
 * A column comes as `base + offsets[i]`, with offsets whose range is below 2^30, so that sums and differences of them
 * stay in int32.
 */
import {
  BLOCK,
  COLUMN_DELTA,
  COLUMN_DELTA_OF_DELTA,
  COLUMN_JITTER,
  COLUMN_REFERENCE,
  COLUMN_REGULAR,
} from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { IntScratch } from '../internal/scratch.ts';
import { blocksBytes, patchedBytes, writeBlocks, writePacked } from './blocks.ts';

/** Offsets must span less than this. */
export const OFFSET_RANGE_MAX: number = 2 ** 30;
const WIDTHS = 33;

const residualScratch = new IntScratch();
const jitterScratch = new IntScratch();
/** Bit lengths of zigzagged deltas, then of deltas of deltas, of one block; then of the deltas of the whole column. */
const deltaBits = new Int32Array(WIDTHS);
const secondBits = new Int32Array(WIDTHS);
const columnBits = new Int32Array(WIDTHS);

/** What `analyse` found; bytes are estimates of the blocks alone. */
export const analysis: {
  least: number;
  greatest: number;
  /** Offsets that differ from the one before. */
  changes: number;
  kind: number;
  bytes: number;
} = { least: 0, greatest: 0, changes: 0, kind: COLUMN_REFERENCE, bytes: 0 };

/** Fills `analysis` for `offsets[0 .. count)`, count >= 1: one pass, whatever the kind. */
export function analyse(offsets: Int32Array, count: number): void {
  columnBits.fill(0);
  let least = offsets[0]!;
  let greatest = least;
  let before = least;
  let deltaBefore = 0;
  let reference = 0;
  let delta = 0;
  let second = 0;
  for (let from = 0; from < count; from += BLOCK) {
    const end = Math.min(from + BLOCK, count);
    const length = end - from;
    deltaBits.fill(0);
    secondBits.fill(0);
    let blockLeast = offsets[from]!;
    let blockGreatest = blockLeast;
    let deltaLeast = 0x7fff_ffff;
    let deltaGreatest = -0x8000_0000;
    for (let i = from; i < end; i++) {
      const offset = offsets[i]!;
      const difference = (offset - before) | 0;
      const change = (difference - deltaBefore) | 0;
      before = offset;
      deltaBefore = difference;
      deltaBits[32 - Math.clz32((difference << 1) ^ (difference >> 31))]!++;
      secondBits[32 - Math.clz32((change << 1) ^ (change >> 31))]!++;
      if (offset < blockLeast) blockLeast = offset;
      if (offset > blockGreatest) blockGreatest = offset;
      if (difference < deltaLeast) deltaLeast = difference;
      if (difference > deltaGreatest) deltaGreatest = difference;
    }
    reference += 3 + packedBytes(length, 32 - Math.clz32(blockGreatest - blockLeast));
    delta += Math.min(
      patchedBytes(deltaBits, length),
      3 + packedBytes(length, 32 - Math.clz32(deltaGreatest - deltaLeast)),
    );
    second += patchedBytes(secondBits, length);
    for (let bits = 0; bits < WIDTHS; bits++) columnBits[bits]! += deltaBits[bits]!;
    if (blockLeast < least) least = blockLeast;
    if (blockGreatest > greatest) greatest = blockGreatest;
  }
  analysis.least = least;
  analysis.greatest = greatest;
  analysis.changes = count - columnBits[0]!;
  analysis.kind = COLUMN_REFERENCE;
  analysis.bytes = reference;
  if (delta <= analysis.bytes) {
    analysis.kind = COLUMN_DELTA;
    analysis.bytes = delta;
  }
  if (second < analysis.bytes) {
    analysis.kind = COLUMN_DELTA_OF_DELTA;
    analysis.bytes = second;
  }
}

/** After `analyse`: about how many bytes the changed offsets alone would take. */
export function changedBytes(): number {
  const count = analysis.changes + 1;
  columnBits[0] = 0;
  const heads = Math.ceil(count / BLOCK);
  const range = 32 - Math.clz32(analysis.greatest - analysis.least);
  return heads + Math.min(patchedBytes(columnBits, count), packedBytes(count, range));
}

/** Low bits set apart from the integers of a column, `count` of them, all below `2^width`. */
export interface LowBits {
  readonly width: number;
  readonly values: Int32Array;
}

/** Writes a column, of the kind that `analyse` found last, which must have been for these offsets. */
export function writeColumn(
  writer: ByteWriter,
  base: number,
  offsets: Int32Array,
  count: number,
  lows: LowBits | null = null,
): void {
  const step = lows === null ? regularStep(offsets, count) : null;
  if (step !== null) {
    writer.u8(COLUMN_REGULAR);
    writer.signed(base + offsets[0]!);
    writer.signed(step);
    return;
  }
  const { kind } = analysis;
  writer.u8(kind | ((lows?.width ?? 0) << 3));
  const residuals = residualScratch.of(count);
  if (kind === COLUMN_REFERENCE) writeReference(writer, base, offsets, residuals, count);
  else if (kind === COLUMN_DELTA) writeDeltas(writer, base, offsets, residuals, count);
  else writeDeltasOfDeltas(writer, base, offsets, residuals, count);
  writeBlocks(writer, residuals, count);
  if (lows !== null) writePacked(writer, lows.values, count, lows.width);
}

/** The step of offsets that follow a line, or null. */
function regularStep(offsets: Int32Array, count: number): number | null {
  const step = count > 1 ? offsets[1]! - offsets[0]! : 0;
  for (let i = 2; i < count; i++) if (offsets[i]! - offsets[i - 1]! !== step) return null;
  return step;
}

/** Around the middle of the range: then zigzag wastes no bit. */
function writeReference(
  writer: ByteWriter,
  base: number,
  offsets: Int32Array,
  residuals: Int32Array,
  count: number,
): void {
  const { least, greatest } = analysis;
  const middle = least + ((greatest - least + 1) >>> 1);
  writer.signed(base + middle);
  for (let i = 0; i < count; i++) residuals[i] = offsets[i]! - middle;
}

/** The first residual repeats the second, so that it widens no block. */
function writeDeltas(
  writer: ByteWriter,
  base: number,
  offsets: Int32Array,
  residuals: Int32Array,
  count: number,
): void {
  for (let i = 1; i < count; i++) residuals[i] = offsets[i]! - offsets[i - 1]!;
  const first = count > 1 ? residuals[1]! : 0;
  residuals[0] = first;
  writer.signed(base + offsets[0]! - first);
}

function writeDeltasOfDeltas(
  writer: ByteWriter,
  base: number,
  offsets: Int32Array,
  residuals: Int32Array,
  count: number,
): void {
  const first = offsets[1]! - offsets[0]!;
  let before = first;
  residuals[0] = 0;
  for (let i = 1; i < count; i++) {
    const delta = offsets[i]! - offsets[i - 1]!;
    residuals[i] = delta - before;
    before = delta;
  }
  writer.signed(base + offsets[0]! - first);
  writer.signed(first);
}

/**
 * Writes the offsets around the line from the first to the last, if that takes fewer bytes than `analyse` found, and says
 * whether it did. For timestamps with jitter.
 */
export function writeJitter(
  writer: ByteWriter,
  base: number,
  offsets: Int32Array,
  count: number,
): boolean {
  const residuals = jitterScratch.of(count);
  const first = offsets[0]!;
  const span = offsets[count - 1]! - first;
  const slope = count > 1 ? span / (count - 1) : 0;
  for (let i = 0; i < count; i++) residuals[i] = offsets[i]! - first - Math.floor(i * slope);
  if (blocksBytes(residuals, count) + 2 >= analysis.bytes) return false;
  writer.u8(COLUMN_JITTER);
  writer.signed(base + first);
  writer.signed(span);
  writeBlocks(writer, residuals, count);
  return true;
}
