/** Blocks of 128 residuals; FORMAT.md, "Blocks". */
import { BLOCK, BLOCK_BASED, BLOCK_PATCHED } from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import { kernels } from '../internal/kernels.ts';
import { intScratch } from '../internal/scratch.ts';
import {
  RAW,
  applyState,
  unpackBits,
  unpackRaw,
  type UnpackState,
} from '../internal/unpack-bits.ts';

const INT32_MAX = 0x7fff_ffff;
const highs: Int32Array = intScratch(BLOCK);

/**
 * Reads `count` residuals, or their sums, as `state` says, into `out[0 ..)`, of the kernels' memory, scribbling on up to 31
 * elements beyond.
 */
export function readBlocks(
  reader: ByteReader,
  out: Int32Array,
  count: number,
  state: UnpackState,
): void {
  if (kernels !== null) {
    const { at, end } = reader;
    const next = kernels.readBlocks(at, end, count, out.byteOffset, state.mode, state.delta);
    if (next !== 0) {
      reader.at = next;
      return;
    }
    // Something is to be refused: below it is found again, and said.
  }
  // Each block takes a byte at least: a count that the bytes cannot hold is found before any work.
  reader.need(Math.ceil(count / BLOCK));
  for (let from = 0; from < count; from += BLOCK) {
    readBlock(reader, out, { from, length: Math.min(BLOCK, count - from) }, state);
  }
}

interface BlockRange {
  readonly from: number;
  readonly length: number;
}

function readBlock(
  reader: ByteReader,
  out: Int32Array,
  range: BlockRange,
  state: UnpackState,
): void {
  const { from, length } = range;
  const head = reader.u8();
  const width = head & 0x3f;
  if (width > 32) reader.fail(`a block of ${width} bits`, 'at most 32');
  state.based = (head & BLOCK_BASED) !== 0;
  state.base = state.based ? reader.signed(INT32_MAX + 1, 'base') : 0;
  if (state.base > INT32_MAX) reader.fail(`base ${state.base}`, 'an int32');
  const bytes = packedBytes(length, width);
  reader.need(bytes);
  const isPatched = (head & BLOCK_PATCHED) !== 0;
  unpackBits(reader.view, reader.at, width, length, out, from, isPatched ? RAW : state);
  reader.at += bytes;
  if (!isPatched) return;
  readPatches(reader, out, range, width);
  applyState(out, from, length, state);
}

function readPatches(
  reader: ByteReader,
  out: Int32Array,
  range: BlockRange,
  blockWidth: number,
): void {
  const count = reader.u8() + 1;
  if (count > range.length) reader.fail(`${count} patches`, `at most ${range.length}`);
  const width = reader.u8();
  if (width === 0 || width + blockWidth > 32) {
    reader.fail(`patches of ${width} bits`, `1 to ${32 - blockWidth}`);
  }
  reader.need(count);
  const positions = reader.at;
  reader.at += count;
  const bytes = packedBytes(count, width);
  reader.need(bytes);
  unpackRaw(reader.view, reader.at, width, count, highs);
  let before = -1;
  for (let i = 0; i < count; i++) {
    const position = reader.view.getUint8(positions + i);
    if (position <= before || position >= range.length) {
      reader.fail(`a patch at ${position}`, `ascending positions below ${range.length}`);
    }
    before = position;
    out[range.from + position]! |= highs[i]! << blockWidth;
  }
  reader.at += bytes;
}
