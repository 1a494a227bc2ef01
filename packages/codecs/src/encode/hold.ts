/**
 * Sensors that hold a value for a while: one bit a point says whether it differs from the one before, and only those
 * that do are kept; FORMAT.md, "Values".
 */
import type { ByteWriter } from '../internal/byte-writer.ts';
import { analysis } from './column.ts';
import type { Decimals } from './decimals.ts';

let forced: Uint8Array = new Uint8Array(1024);

/**
 * After `analyse` of the offsets: writes the count of changes and the bitmap, leaves the changed offsets and the exceptions' new places in `decimals`, and
 * returns how many are left.
 */
export function holdDecimals(writer: ByteWriter, decimals: Decimals, count: number): number {
  const { offsets, exceptions, exceptionCount } = decimals;
  if (forced.length <= count) forced = new Uint8Array(2 * count);
  forced.fill(0, 0, count + 1);
  forced[0] = 1;
  // An exception is a change, and so is what follows it: their offsets do not tell.
  for (let k = 0; k < exceptionCount; k++) {
    forced[exceptions[k]!] = 1;
    forced[exceptions[k]! + 1] = 1;
  }
  const held = exceptionCount === 0 ? analysis.changes + 1 : countHeld(offsets, count);
  writer.unsigned(held);
  if (exceptionCount > 0) moveExceptions(offsets, decimals);
  packOffsets(writer, offsets, count);
  return held;
}

function countHeld(offsets: Int32Array, count: number): number {
  let held = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const offset = offsets[i]!;
    if (offset !== before || forced[i] === 1) held++;
    before = offset;
  }
  return held;
}

/** The exceptions' indices among the changes. */
function moveExceptions(offsets: Int32Array, decimals: Decimals): void {
  const { exceptions, exceptionCount } = decimals;
  let held = 0;
  let i = 0;
  for (let k = 0; k < exceptionCount; k++) {
    for (const exception = exceptions[k]!; i < exception; i++) {
      if (forced[i] === 1 || offsets[i] !== offsets[i - 1]) held++;
    }
    exceptions[k] = held;
  }
}

/** Writes the bitmap and moves the changed offsets to the front. */
function packOffsets(writer: ByteWriter, offsets: Int32Array, count: number): void {
  let held = 0;
  let before = 0;
  for (let from = 0; from < count; from += 8) {
    const end = Math.min(from + 8, count);
    let bits = 0;
    for (let i = from; i < end; i++) {
      const offset = offsets[i]!;
      const changed = (offset === before ? 0 : 1) | forced[i]!;
      before = offset;
      bits |= changed << (i - from);
      offsets[held] = offset;
      held += changed;
    }
    writer.u8(bits);
  }
}

/** Writes the count of changes, `changes`, and the bitmap of patterns, and copies those that changed to `held`. */
export function holdWords(
  writer: ByteWriter,
  words: Uint32Array,
  sizes: { readonly count: number; readonly changes: number },
  held: Uint32Array,
): void {
  const { count, changes } = sizes;
  writer.unsigned(changes);
  let to = 0;
  for (let from = 0; from < count; from += 8) {
    const end = Math.min(from + 8, count);
    let bits = 0;
    for (let i = from; i < end; i++) {
      const at = i * 2;
      if (i > 0 && words[at] === words[at - 2] && words[at + 1] === words[at - 1]) continue;
      bits |= 1 << (i - from);
      held[to++] = words[at]!;
      held[to++] = words[at + 1]!;
    }
    writer.u8(bits);
  }
}
