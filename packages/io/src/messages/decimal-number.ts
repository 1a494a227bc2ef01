/**
 * Numbers of JSON read from bytes, to the very float64 that `JSON.parse` gives, without a string where that can be.
 *
 * A decimal of at most 15 digits is an integer below 2^53 over (or times) a power of ten, and powers up to 10^22 are exact
 * in float64: then one division (or multiplication) rounds once, correctly (Clinger, "How to read floating point numbers
 * accurately", 1990). Everything else goes through `Number`.
 */

const EXACT_DIGITS = 15;
const EXACT_POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, power) =>
  Number(`1e${power}`),
);
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const SMALL_E = 0x65;
const CAPITAL_E = 0x45;

/** A cursor on a number: `read` leaves it behind it. */
export class DecimalNumber {
  /** The number last read. */
  value = 0;
  #mantissa = 0;
  #digits = 0;

  /**
   * Reads the number at `bytes[start]` and returns the offset behind it, or -1 where there is none as JSON writes them (no
   * leading zeros, a digit on both sides of the point).
   */
  read(bytes: Buffer, start: number, end: number): number {
    this.#mantissa = 0;
    this.#digits = 0;
    const isNegative = bytes[start] === MINUS;
    const first = isNegative ? start + 1 : start;
    let at = this.#readDigits(bytes, first, end);
    if (at === first || (bytes[first] === ZERO && at > first + 1)) return -1;
    let power = 0;
    if (at < end && bytes[at] === DOT) {
      const point = at + 1;
      at = this.#readDigits(bytes, point, end);
      if (at === point) return -1;
      power = point - at;
    }
    if (at < end && (bytes[at] === SMALL_E || bytes[at] === CAPITAL_E)) {
      at = exponentEnd(bytes, at + 1, end);
      if (at < 0) return -1;
      this.value = Number(bytes.toString('latin1', start, at));
      return at;
    }
    if (this.#digits > EXACT_DIGITS || -power >= EXACT_POWERS.length) {
      this.value = Number(bytes.toString('latin1', start, at));
      return at;
    }
    const magnitude = power === 0 ? this.#mantissa : this.#mantissa / EXACT_POWERS[-power]!;
    this.value = isNegative ? -magnitude : magnitude;
    return at;
  }

  /** Takes digits in; zeros before the first other digit do not count. */
  #readDigits(bytes: Buffer, start: number, end: number): number {
    let mantissa = this.#mantissa;
    let digits = this.#digits;
    let at = start;
    for (; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
      if (mantissa > 0) digits++;
    }
    this.#mantissa = mantissa;
    this.#digits = digits;
    return at;
  }
}

/** The offset behind an exponent's sign and digits, or -1. */
function exponentEnd(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] === MINUS || bytes[start] === PLUS ? start + 1 : start;
  let at = first;
  while (at < end && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++;
  return at === first ? -1 : at;
}
