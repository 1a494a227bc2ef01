/**
 * Residuals (any int32) as blocks of 128, each with a bit width of its own; FORMAT.md, "Blocks".
 *
 * A block is either zigzagged, with a few large residuals patched in, or counted from its least residual.
 */
import { BLOCK, BLOCK_BASED, BLOCK_PATCHED } from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import { signedBytes, type ByteWriter } from '../internal/byte-writer.ts';
import { packBits } from '../internal/pack-bits.ts';
import { IntScratch } from '../internal/scratch.ts';

/** How many residuals of the block have 0, 1, .. 32 bits when zigzagged. */
const bitCounts = new Int32Array(33);
const unsignedScratch = new IntScratch();
const highScratch = new IntScratch();

/** What `planBlock` found best. */
const plan: { width: number; widest: number; patches: number; based: boolean; least: number } = {
  width: 0,
  widest: 0,
  patches: 0,
  based: false,
  least: 0,
};

/** Bytes of the blocks of `residuals[0 .. count)`. */
export function blocksBytes(residuals: Int32Array, count: number): number {
  let bytes = 0;
  for (let from = 0; from < count; from += BLOCK) {
    bytes += planBlock(residuals, from, Math.min(BLOCK, count - from));
  }
  return bytes;
}

/** Writes the blocks of `residuals[0 .. count)`. */
export function writeBlocks(writer: ByteWriter, residuals: Int32Array, count: number): void {
  for (let from = 0; from < count; from += BLOCK) {
    const length = Math.min(BLOCK, count - from);
    planBlock(residuals, from, length);
    if (plan.based) writeBased(writer, residuals, from, length);
    else writeZigzag(writer, residuals, from, length);
  }
}

/** Fills `plan` with the cheapest form of a block and returns its bytes. */
function planBlock(residuals: Int32Array, from: number, length: number): number {
  bitCounts.fill(0);
  let least = residuals[from]!;
  let greatest = least;
  const end = from + length;
  for (let i = from; i < end; i++) {
    const residual = residuals[i]!;
    bitCounts[32 - Math.clz32((residual << 1) ^ (residual >> 31))]!++;
    if (residual < least) least = residual;
    if (residual > greatest) greatest = residual;
  }
  plan.least = least;
  plan.based = false;
  const zigzagBytes = patchedBytes(bitCounts, length);
  const basedWidth = 32 - Math.clz32(greatest - least);
  // A base takes a byte at least, so it must save a bit a value.
  if (basedWidth >= plan.widest) return zigzagBytes;
  const basedBytes = 1 + signedBytes(least) + packedBytes(length, basedWidth);
  if (basedBytes >= zigzagBytes) return zigzagBytes;
  plan.based = true;
  plan.width = basedWidth;
  plan.patches = 0;
  return basedBytes;
}

/** Bytes of a zigzagged block of `length` residuals, of which `counts[b]` have `b` bits; fills `plan`. */
export function patchedBytes(counts: Int32Array, length: number): number {
  let widest = 32;
  while (widest > 0 && counts[widest] === 0) widest--;
  plan.widest = widest;
  plan.width = widest;
  plan.patches = 0;
  let best = 1 + packedBytes(length, widest);
  let patches = 0;
  for (let width = widest - 1; width >= 0; width--) {
    patches += counts[width + 1]!;
    const bytes = 3 + packedBytes(length, width) + patches + packedBytes(patches, widest - width);
    if (bytes < best) {
      best = bytes;
      plan.width = width;
      plan.patches = patches;
    }
  }
  return best;
}

function writeBased(writer: ByteWriter, residuals: Int32Array, from: number, length: number): void {
  const { width, least } = plan;
  const unsigned = unsignedScratch.of(BLOCK);
  for (let i = 0; i < length; i++) unsigned[i] = residuals[from + i]! - least;
  writer.u8(width | BLOCK_BASED);
  writer.signed(least);
  writePacked(writer, unsigned, length, width);
}

function writeZigzag(
  writer: ByteWriter,
  residuals: Int32Array,
  from: number,
  length: number,
): void {
  const { width, widest, patches } = plan;
  const unsigned = unsignedScratch.of(BLOCK);
  for (let i = 0; i < length; i++) {
    const residual = residuals[from + i]!;
    unsigned[i] = (residual << 1) ^ (residual >> 31);
  }
  writer.u8(patches > 0 ? width | BLOCK_PATCHED : width);
  writePacked(writer, unsigned, length, width);
  if (patches === 0) return;
  const highs = highScratch.of(BLOCK);
  writer.u8(patches - 1);
  writer.u8(widest - width);
  let found = 0;
  for (let i = 0; i < length; i++) {
    const high = unsigned[i]! >>> width;
    if (high === 0) continue;
    writer.u8(i);
    highs[found++] = high;
  }
  writePacked(writer, highs, patches, widest - width);
}

/** Packs `values[0 .. count)`, scribbling zeros on the rest of the last group. */
export function writePacked(
  writer: ByteWriter,
  values: Int32Array,
  count: number,
  width: number,
): void {
  const end = (count + 31) & ~31;
  for (let i = count; i < end; i++) values[i] = 0;
  packBits(writer.view, writer.at, width, count, values, 0);
  writer.at += packedBytes(count, width);
}
