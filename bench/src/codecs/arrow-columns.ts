/** Int64 timestamps of Arrow without BigInt: as pairs of words, which is the fastest way there is. */

const TWO_32 = 2 ** 32;

/** Milliseconds as int64. */
export function toInt64(timestampsMs: Float64Array, length: number): BigInt64Array<ArrayBuffer> {
  const words = new Int32Array(length * 2);
  for (let i = 0; i < length; i++) {
    const high = Math.floor(timestampsMs[i]! / TWO_32);
    words[i * 2] = timestampsMs[i]! - high * TWO_32;
    words[i * 2 + 1] = high;
  }
  return new BigInt64Array(words.buffer);
}

/** Int64 as numbers, to `out`. */
export function fromInt64(values: BigInt64Array, out: Float64Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = 0; i < values.length; i++) {
    out[i] = words[i * 2 + 1]! * TWO_32 + (words[i * 2]! >>> 0);
  }
}
