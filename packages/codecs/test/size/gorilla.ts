/**
 * Gorilla (Pelkonen et al., VLDB 2015), as a contender: timestamps as deltas of deltas, values as XOR with the one before. As in
 * the paper but for milliseconds: the first timestamp takes 64 bits, the first delta 32, and the widest class of deltas of
 * deltas 32. A count of 16 bits goes before.
 */
import type { ChunkPoints } from '../../src/index.ts';

/** Prefix, its bits, and bits of the delta of deltas. */
const classes: readonly (readonly [prefix: number, prefixBits: number, bits: number])[] = [
  [0b10, 2, 7],
  [0b110, 3, 9],
  [0b1110, 4, 12],
  [0b1111, 4, 32],
];

class BitWriter {
  readonly bytes: number[] = [];
  #free = 0;

  /** The lowest `count` <= 32 bits of a word, highest first. */
  put(word: number, count: number): void {
    for (let left = count; left > 0;) {
      if (this.#free === 0) {
        this.bytes.push(0);
        this.#free = 8;
      }
      const take = Math.min(this.#free, left);
      const bits = Math.floor((word >>> 0) / 2 ** (left - take)) & ((1 << take) - 1);
      this.bytes[this.bytes.length - 1]! |= bits << (this.#free - take);
      this.#free -= take;
      left -= take;
    }
  }

  /** The lowest `count` bits of a pair of words. */
  putWide(high: number, low: number, count: number): void {
    if (count > 32) this.put(high, count - 32);
    this.put(low, Math.min(count, 32));
  }
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): number {
    let word = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      word = word * 2 + ((this.#bytes[this.#at >>> 3]! >>> (7 - (this.#at & 7))) & 1);
    }
    return word;
  }

  takeWide(count: number): bigint {
    const high = count > 32 ? this.take(count - 32) : 0;
    return (BigInt(high) << 32n) | BigInt(this.take(Math.min(count, 32)));
  }
}

/** The points in Gorilla's form; null where a delta does not fit. */
export function encodeGorilla(points: ChunkPoints): Uint8Array | null {
  const { length, timestampsMs, values } = points;
  const bits = new BigUint64Array(values.slice(0, length).buffer);
  const writer = new BitWriter();
  writer.put(length, 16);
  let delta = 0;
  let before = 0n;
  const window = { lead: 64, width: 0 };
  for (let i = 0; i < length; i++) {
    if (i === 0) {
      const first = BigInt.asUintN(64, BigInt(timestampsMs[0]!));
      writer.putWide(Number(first >> 32n), Number(first & 0xffff_ffffn), 64);
      writer.putWide(Number(bits[0]! >> 32n), Number(bits[0]! & 0xffff_ffffn), 64);
    } else {
      const next = timestampsMs[i]! - timestampsMs[i - 1]!;
      if (next !== (next | 0) || next - delta !== ((next - delta) | 0)) return null;
      if (i === 1) writer.put(next, 32);
      else putDeltaOfDelta(writer, next - delta);
      delta = next;
      putXor(writer, bits[i]! ^ before, window);
    }
    before = bits[i]!;
  }
  return Uint8Array.from(writer.bytes);
}

function putDeltaOfDelta(writer: BitWriter, value: number): void {
  if (value === 0) {
    writer.put(0, 1);
    return;
  }
  const [prefix, prefixBits, bits] = classes.find(
    ([, , width]) => value >= -(2 ** (width - 1)) && value < 2 ** (width - 1),
  )!;
  writer.put(prefix, prefixBits);
  writer.put(value, bits);
}

function putXor(writer: BitWriter, xor: bigint, window: { lead: number; width: number }): void {
  if (xor === 0n) {
    writer.put(0, 1);
    return;
  }
  const high = Number(xor >> 32n);
  const low = Number(xor & 0xffff_ffffn);
  const lead = Math.min(31, high === 0 ? 32 + Math.clz32(low) : Math.clz32(high));
  const trail = low === 0 ? 32 + (31 - Math.clz32(high & -high)) : 31 - Math.clz32(low & -low);
  const fits = lead >= window.lead && trail >= 64 - window.lead - window.width;
  if (!fits) {
    window.lead = lead;
    window.width = 64 - lead - trail;
    writer.put(0b11, 2);
    writer.put(lead, 5);
    writer.put(window.width - 1, 6);
  } else {
    writer.put(0b10, 2);
  }
  const shifted = xor >> BigInt(64 - window.lead - window.width);
  writer.putWide(Number(shifted >> 32n), Number(shifted & 0xffff_ffffn), window.width);
}

/** The points of Gorilla's form, to see that nothing was lost. */
export function decodeGorilla(bytes: Uint8Array): ChunkPoints {
  const reader = new BitReader(bytes);
  const length = reader.take(16);
  const timestampsMs = new Float64Array(length);
  const bits = new BigUint64Array(length);
  let delta = 0;
  let lead = 0;
  let width = 0;
  for (let i = 0; i < length; i++) {
    if (i === 0) {
      timestampsMs[0] = Number(BigInt.asIntN(64, reader.takeWide(64)));
      bits[0] = reader.takeWide(64);
      continue;
    }
    delta = i === 1 ? reader.take(32) | 0 : delta + takeDeltaOfDelta(reader);
    timestampsMs[i] = timestampsMs[i - 1]! + delta;
    let xor = 0n;
    if (reader.take(1) === 1) {
      if (reader.take(1) === 1) {
        lead = reader.take(5);
        width = reader.take(6) + 1;
      }
      xor = reader.takeWide(width) << BigInt(64 - lead - width);
    }
    bits[i] = bits[i - 1]! ^ xor;
  }
  return { length, timestampsMs, values: new Float64Array(bits.buffer) };
}

function takeDeltaOfDelta(reader: BitReader): number {
  let ones = 0;
  while (ones < 4 && reader.take(1) === 1) ones++;
  if (ones === 0) return 0;
  const [, , bits] = classes[ones - 1]!;
  const value = reader.take(bits);
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}
