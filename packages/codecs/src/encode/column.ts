/**
 * Columns of integers, in the cheapest of their kinds; FORMAT.md, "Columns".
 *
 * A column comes as `base + offsets[i]`, with offsets whose range is below 2^30, so that sums and differences of them
 * stay in int32.
 */
import {
  BLOCK,
  CHUNK_POINTS_MAX,
  COLUMN_DELTA,
  COLUMN_DELTA_OF_DELTA,
  COLUMN_JITTER,
  COLUMN_REFERENCE,
  COLUMN_REGULAR,
} from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { kernelResults, kernels, type Kernels } from '../internal/kernels.ts';
import { byteScratch, intScratch } from '../internal/scratch.ts';
import { BlockPlans, bitCounts, patchedBytes } from './block-plans.ts';
import { writeBlocks, writePacked } from './blocks.ts';

/** Offsets must span less than this. */
export const OFFSET_RANGE_MAX: number = 2 ** 30;

const residuals: Int32Array = intScratch();
const jitters: Int32Array = intScratch();
const deltaPlans = new BlockPlans();
const plans = new BlockPlans();
const jitterPlans = new BlockPlans();
/** A byte for each offset, for the kernels: the bits of the zigzagged deltas. */
const bitLengths: Uint8Array = byteScratch(CHUNK_POINTS_MAX);
/** How often each length occurs in one block, and in the whole column. */
const blockBits = bitCounts();
const columnBits = bitCounts();

/** What `analyse` found. */
export const analysis: {
  least: number;
  greatest: number;
  /** Offsets, after the first, that differ from the one before. */
  changes: number;
  kind: number;
  /** Bytes of the blocks of that kind, about. */
  bytes: number;
} = { least: 0, greatest: 0, changes: 0, kind: COLUMN_REFERENCE, bytes: 0 };

/** Fills `analysis` for `offsets[0 .. count)`, count >= 1. */
export function analyse(offsets: Int32Array, count: number): void {
  if (kernels === null) analysePlainly(offsets, count);
  else analyseByKernel(kernels, offsets, count);
}

function analyseByKernel(by: Kernels, offsets: Int32Array, count: number): void {
  const firstDelta = count > 1 ? offsets[1]! - offsets[0]! : 0;
  by.analyse(offsets.byteOffset, count, firstDelta, deltaPlans.pointer, bitLengths.byteOffset);
  const deltaBytes = kernelResults[0]!;
  const referenceBytes = kernelResults[1]!;
  const isSecond = kernelResults[3]! < kernelResults[2]!;
  analysis.least = kernelResults[4]!;
  analysis.greatest = kernelResults[5]!;
  analysis.changes = kernelResults[6]! - (firstDelta === 0 ? 0 : 1);
  choose(referenceBytes, deltaBytes);
  if (isSecond) analyseSecond(offsets, count);
}

function choose(referenceBytes: number, deltaBytes: number): void {
  const isReference = referenceBytes < deltaBytes;
  analysis.kind = isReference ? COLUMN_REFERENCE : COLUMN_DELTA;
  analysis.bytes = isReference ? referenceBytes : deltaBytes;
}

function analysePlainly(offsets: Int32Array, count: number): void {
  columnBits.fill(0);
  // As if the column had begun earlier with the same delta: so the first residuals widen no block.
  const firstDelta = count > 1 ? offsets[1]! - offsets[0]! : 0;
  let before = offsets[0]! - firstDelta;
  let deltaBefore = firstDelta;
  let least = offsets[0]!;
  let greatest = least;
  let referenceBytes = 0;
  let deltaBytes = 0;
  let deltaBits = 0;
  let secondBits = 0;
  for (let from = 0; from < count; from += BLOCK) {
    const end = Math.min(from + BLOCK, count);
    let blockLeast = offsets[from]!;
    let blockGreatest = blockLeast;
    let deltaLeast = blockLeast - before;
    let deltaGreatest = deltaLeast;
    blockBits.fill(0);
    for (let i = from; i < end; i++) {
      const offset = offsets[i]!;
      const delta = (offset - before) | 0;
      const second = (delta - deltaBefore) | 0;
      before = offset;
      deltaBefore = delta;
      const bits = 32 - Math.clz32((delta << 1) ^ (delta >> 31));
      blockBits[bits]!++;
      deltaBits += bits;
      secondBits += 32 - Math.clz32((second << 1) ^ (second >> 31));
      if (offset < blockLeast) blockLeast = offset;
      else if (offset > blockGreatest) blockGreatest = offset;
      if (delta < deltaLeast) deltaLeast = delta;
      else if (delta > deltaGreatest) deltaGreatest = delta;
    }
    const length = end - from;
    const range = { least: deltaLeast, greatest: deltaGreatest };
    deltaBytes += deltaPlans.plan(from / BLOCK, blockBits, length, range);
    referenceBytes += 3 + packedBytes(length, 32 - Math.clz32(blockGreatest - blockLeast));
    for (let bits = 0; bits < blockBits.length; bits++) columnBits[bits]! += blockBits[bits]!;
    if (blockLeast < least) least = blockLeast;
    if (blockGreatest > greatest) greatest = blockGreatest;
  }
  analysis.least = least;
  analysis.greatest = greatest;
  analysis.changes = count - columnBits[0]! - (firstDelta === 0 ? 0 : 1);
  choose(referenceBytes, deltaBytes);
  if (secondBits < deltaBits) analyseSecond(offsets, count);
}

/** Takes deltas of deltas where they are better than what was found before. */
function analyseSecond(offsets: Int32Array, count: number): void {
  fillSecond(offsets, count);
  const bytes = plans.planAll(residuals, count);
  if (bytes >= analysis.bytes) return;
  analysis.kind = COLUMN_DELTA_OF_DELTA;
  analysis.bytes = bytes;
}

/** After `analyse` of `count` offsets: about how many bytes the changed ones alone would take. */
export function changedBytes(count: number): number {
  const changed = analysis.changes + 1;
  const heads = Math.ceil(changed / BLOCK);
  const range = 32 - Math.clz32(analysis.greatest - analysis.least);
  return heads + Math.min(changedBlockBytes(count, changed), packedBytes(changed, range));
}

function changedBlockBytes(count: number, changed: number): number {
  if (kernels !== null) {
    return kernels.changedBytes(bitLengths.byteOffset, Math.ceil(count / BLOCK), changed);
  }
  columnBits[0] = 0;
  return patchedBytes(columnBits, changed);
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
    writeRegular(writer, base + offsets[0]!, step);
    return;
  }
  const { kind } = analysis;
  writer.u8(kind | ((lows?.width ?? 0) << 3));
  const first = count > 1 ? offsets[1]! - offsets[0]! : 0;
  if (kind === COLUMN_REFERENCE) {
    // Around the middle of the range zigzag wastes no bit.
    const { least, greatest } = analysis;
    const middle = least + ((greatest - least + 1) >>> 1);
    writer.signed(base + middle);
    for (let i = 0; i < count; i++) residuals[i] = offsets[i]! - middle;
    plans.planAll(residuals, count);
    writeBlocks(writer, residuals, count, plans);
  } else if (kind === COLUMN_DELTA) {
    writer.signed(base + offsets[0]! - first);
    fillDeltas(offsets, count);
    writeBlocks(writer, residuals, count, deltaPlans);
  } else {
    // The residuals and plans are those that `analyse` made last.
    writer.signed(base + offsets[0]! - first);
    writer.signed(first);
    writeBlocks(writer, residuals, count, plans);
  }
  if (lows !== null) writePacked(writer, lows.values, count, lows.width);
}

/** Writes the column of a line. */
export function writeRegular(writer: ByteWriter, base: number, step: number): void {
  writer.u8(COLUMN_REGULAR);
  writer.signed(base);
  writer.signed(step);
}

/** The first residual repeats the second. */
function fillDeltas(offsets: Int32Array, count: number): void {
  if (kernels !== null) {
    kernels.differences(offsets.byteOffset, count, residuals.byteOffset);
    return;
  }
  for (let i = 1; i < count; i++) residuals[i] = offsets[i]! - offsets[i - 1]!;
  residuals[0] = count > 1 ? residuals[1]! : 0;
}

/** The first two residuals are 0. */
function fillSecond(offsets: Int32Array, count: number): void {
  if (kernels !== null) {
    kernels.secondDifferences(offsets.byteOffset, count, residuals.byteOffset);
    return;
  }
  let before = offsets[1]! - offsets[0]!;
  residuals[0] = 0;
  for (let i = 1; i < count; i++) {
    const delta = offsets[i]! - offsets[i - 1]!;
    residuals[i] = delta - before;
    before = delta;
  }
}

/** The step of offsets that follow a line, or null. */
function regularStep(offsets: Int32Array, count: number): number | null {
  const step = count > 1 ? offsets[1]! - offsets[0]! : 0;
  for (let i = 2; i < count; i++) if (offsets[i]! - offsets[i - 1]! !== step) return null;
  return step;
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
  const first = offsets[0]!;
  const span = offsets[count - 1]! - first;
  const slope = count > 1 ? span / (count - 1) : 0;
  for (let i = 0; i < count; i++) jitters[i] = offsets[i]! - first - Math.floor(i * slope);
  if (jitterPlans.planAll(jitters, count) + 2 >= analysis.bytes) return false;
  writer.u8(COLUMN_JITTER);
  writer.signed(base + first);
  writer.signed(span);
  writeBlocks(writer, jitters, count, jitterPlans);
  return true;
}
