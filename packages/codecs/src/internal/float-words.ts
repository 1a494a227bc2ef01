/**
 * Float64 columns as 32-bit words, so that bit patterns are copied and never pass through a number: a signalling NaN
 * would be quieted on its way.
 */

/** Index, within the two words of a float64 of this machine, of the one that holds sign and exponent. */
export const HIGH_WORD: 0 | 1 = new Uint32Array(Float64Array.of(1).buffer)[0] === 0 ? 1 : 0;
/** Index of the other word. */
export const LOW_WORD: 0 | 1 = HIGH_WORD === 1 ? 0 : 1;

/** The words of `values`, two an element; a view, 0 bytes a point. */
export function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}
