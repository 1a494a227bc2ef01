/**
 * Decimals of 128 bits as the nearest float64. NaN for null.
 *
 * A decimal is an integer of four 32-bit words, the least first, divided by `10^scale`. Where the integer is below 2^53 and
 * the power is exact (`scale <= 22`), one division rounds once; else the digits are read as text, which rounds once too.
 */
import type { Decimal } from 'apache-arrow';
import { entries, isNull, validity } from './column-bounds.ts';
import type { NumberReader } from './arrow-numbers.ts';

const WORD = 0x1_0000_0000;
const WORDS = 4;
/** Powers of ten up to this one are exact in a float64. */
const EXACT_SCALE_MAX = 22;

/** null for decimals of another width. */
export function decimalReader(type: Decimal, name: string): NumberReader | null {
  const { scale } = type;
  if (type.bitWidth !== 128 || scale < 0) return null;
  const divisor = 10 ** scale;
  return (data, from, count, out) => {
    const start = data.offset + from;
    const words = entries(data.values as Uint32Array, (start + count) * WORDS, name);
    const bits = validity(data, name);
    for (let i = 0; i < count; i++) {
      const at = (start + i) * WORDS;
      const short = scale <= EXACT_SCALE_MAX ? shortInteger(words, at) : null;
      if (bits !== null && isNull(bits, start + i)) out[i] = Number.NaN;
      else out[i] = short === null ? longDecimal(words, at, scale) : short / divisor;
    }
  };
}

/** The integer where it is within +-2^53, else null. Zero has no sign. */
function shortInteger(words: Uint32Array, at: number): number | null {
  const high = words[at + 1]! | 0;
  const sign = high >> 31;
  if ((words[at + 2]! | 0) !== sign || (words[at + 3]! | 0) !== sign) return null;
  const value = high * WORD + words[at]!;
  return Number.isSafeInteger(value) ? value : null;
}

function longDecimal(words: Uint32Array, at: number, scale: number): number {
  let unsigned = 0n;
  for (let word = WORDS - 1; word >= 0; word--) {
    unsigned = (unsigned << 32n) | BigInt(words[at + word]!);
  }
  return Number(`${BigInt.asIntN(128, unsigned)}e-${scale}`);
}
