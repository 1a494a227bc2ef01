/** DELTA_BINARY_PACKED integers; the library's decoder, behind limits on what its header declares. */
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { Damage } from '../../internal/damage.ts';

/** Writers use blocks of 128 to 1024 values. */
const BLOCK_MAX = 1 << 16;

/**
 * Decodes `out.length` integers from `bytes[start ..]`; their number was checked by the caller.
 * @returns where the encoded integers end
 */
export function readDeltaIntegers(
  bytes: Uint8Array,
  start: number,
  out: Int32Array | BigInt64Array,
): number {
  checkHeader(bytes, start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: start };
  deltaBinaryUnpack(reader, out.length, out);
  if (reader.offset > bytes.length) throw new Damage('a page that ends within a delta encoding');
  return reader.offset;
}

/** The library allocates by the number of miniblocks. */
function checkHeader(bytes: Uint8Array, start: number): void {
  const block = varint(bytes, start);
  const miniblocks = varint(bytes, block.end);
  const fits = block.value <= BLOCK_MAX && miniblocks.value > 0;
  if (!fits || block.value % miniblocks.value !== 0) {
    throw new Damage(
      `a delta encoding with ${miniblocks.value} miniblocks in blocks of ${block.value}`,
    );
  }
}

function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const next = bytes[start + i];
    if (next === undefined) break;
    value |= (next & 0x7f) << (7 * i);
    if ((next & 0x80) === 0) return { value, end: start + i + 1 };
  }
  throw new Damage('a delta encoding without its header');
}
