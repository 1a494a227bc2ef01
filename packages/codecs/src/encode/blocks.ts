/**
 * Residuals (any int32) as blocks of 128, each with a bit width of its own; FORMAT.md, "Blocks".
 *
 * A block is either zigzagged, with a few large residuals patched in, or counted from its least residual.
 */
import { BLOCK, BLOCK_BASED, BLOCK_PATCHED } from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { kernels } from '../internal/kernels.ts';
import { PACK_BASED, PACK_RAW, PACK_ZIGZAG, packBits } from '../internal/pack-bits.ts';
import { intScratch } from '../internal/scratch.ts';
import type { BlockPlans } from './block-plans.ts';

const highs: Int32Array = intScratch(BLOCK);

/**
 * Writes the blocks of `residuals[0 .. count)`, of the kernels' memory, as planned. Scribbles on up to 31 elements beyond.
 */
export function writeBlocks(
  writer: ByteWriter,
  residuals: Int32Array,
  count: number,
  plans: BlockPlans,
): void {
  if (kernels !== null) {
    writer.at = kernels.writeBlocks(writer.at, residuals.byteOffset, count, plans.pointer);
    return;
  }
  for (let from = 0, block = 0; from < count; from += BLOCK, block++) {
    const length = Math.min(BLOCK, count - from);
    const width = plans.widths[block]!;
    const patches = plans.patches[block]!;
    const isBased = plans.based[block] === 1;
    const base = isBased ? plans.leasts[block]! : 0;
    if ((length & 31) !== 0) residuals.fill(base, from + length, from + ((length + 31) & ~31));
    writer.u8(width | (isBased ? BLOCK_BASED : 0) | (patches > 0 ? BLOCK_PATCHED : 0));
    if (isBased) writer.signed(base);
    const form = isBased ? PACK_BASED : PACK_ZIGZAG;
    packBits(writer.view, writer.at, residuals, { form, base, width, from, count: length });
    writer.at += packedBytes(length, width);
    if (patches === 0) continue;
    const highWidth = plans.widest[block]! - width;
    writer.u8(patches - 1);
    writer.u8(highWidth);
    writePatches(writer, residuals, { from, length, width, highWidth });
  }
}

interface PatchedBlock {
  readonly from: number;
  readonly length: number;
  readonly width: number;
  readonly highWidth: number;
}

/** The positions of residuals wider than the block, and their high bits. */
function writePatches(writer: ByteWriter, residuals: Int32Array, block: PatchedBlock): void {
  const { from, length, width, highWidth } = block;
  let found = 0;
  for (let i = 0; i < length; i++) {
    const residual = residuals[from + i]!;
    const high = ((residual << 1) ^ (residual >> 31)) >>> width;
    if (high === 0) continue;
    writer.u8(i);
    highs[found++] = high;
  }
  writePacked(writer, highs, found, highWidth);
}

/** Packs `values[0 .. count)`, scribbling zeros on the rest of the last group. */
export function writePacked(
  writer: ByteWriter,
  values: Int32Array,
  count: number,
  width: number,
): void {
  values.fill(0, count, (count + 31) & ~31);
  packBits(writer.view, writer.at, values, { form: PACK_RAW, base: 0, width, from: 0, count });
  writer.at += packedBytes(count, width);
}
