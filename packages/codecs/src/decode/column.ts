/**
 * Columns of integers; FORMAT.md, "Columns". Integer `i` is `(base + s[i]) * 2^lowBits + low[i]`, where the int32 `s`
 * follow from the residuals, or `base + i * step` (regular), or with a slope added (jitter).
 */
import {
  COLUMN_DELTA,
  COLUMN_DELTA_OF_DELTA,
  COLUMN_JITTER,
  COLUMN_REFERENCE,
  COLUMN_REGULAR,
  LOW_BITS_MAX,
} from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import { MEMORY, kernels, type Kernels } from '../internal/kernels.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import {
  RAW,
  UNPACK_NUMBER,
  UNPACK_SUM,
  UNPACK_SUM_OF_SUMS,
  unpackRaw,
  type UnpackState,
} from '../internal/unpack-bits.ts';
import { readBlocks } from './blocks.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
const INT32_MAX = 0x7fff_ffff;

const integers: Float64Array = floatScratch();

/** A column as read, before it becomes numbers: parts that the caller joins in loops of its own. Reused by its owner. */
export class IntegerColumn {
  kind: number = COLUMN_REGULAR;
  base = 0;
  /** Regular: the step. Jitter: the span from the first to the last point. */
  step = 0;
  lowBits = 0;
  readonly #state: UnpackState = { ...RAW };
  /** The `s` above, as many as were read. */
  readonly offsets: Int32Array = intScratch();
  /** The low bits, where `lowBits > 0`. */
  readonly lows: Int32Array = intScratch();

  /** Reads a column of `count` integers. */
  read(reader: ByteReader, count: number): void {
    const head = reader.u8();
    this.kind = head & 7;
    this.lowBits = head >>> 3;
    if (this.kind > COLUMN_JITTER) reader.fail(`column kind ${this.kind}`, '0 to 4');
    if (this.lowBits > LOW_BITS_MAX) {
      reader.fail(`${this.lowBits} low bits`, `at most ${LOW_BITS_MAX}`);
    }
    const isSloped = this.kind === COLUMN_REGULAR || this.kind === COLUMN_JITTER;
    if (isSloped && this.lowBits > 0) reader.fail('low bits beside a slope', 'none');
    this.base = reader.signed(SAFE, 'base');
    this.step = 0;
    if (isSloped) this.step = reader.signed(SAFE, 'step');
    this.#checkRange(reader, count);
    if (this.kind === COLUMN_REGULAR) return;
    const state = this.#state;
    state.mode = modeOf(this.kind);
    state.sum = 0;
    state.delta = this.kind === COLUMN_DELTA_OF_DELTA ? readInt32(reader, 'first delta') : 0;
    readBlocks(reader, this.offsets, count, state);
    if (this.lowBits > 0) this.#readLows(reader, count);
  }

  /** Every integer must be a safe one; with low bits that shows when they are joined. */
  #checkRange(reader: ByteReader, count: number): void {
    const { base, step } = this;
    if (this.kind === COLUMN_REGULAR) {
      const span = (count - 1) * step;
      if (Math.abs(span) <= SAFE && Math.abs(base + span) <= SAFE) return;
      reader.fail(`base ${base} and step ${step}`, 'safe integers throughout');
    }
    if (Math.abs(base) + Math.abs(step) + INT32_MAX + 1 <= SAFE) return;
    reader.fail(`base ${base}`, 'one from which every int32 leads to a safe integer');
  }

  #readLows(reader: ByteReader, count: number): void {
    const bytes = packedBytes(count, this.lowBits);
    reader.need(bytes);
    unpackRaw(reader.view, reader.at, this.lowBits, count, this.lows);
    reader.at += bytes;
  }

  /** The integers, in float64, to `out[from .. from + count)`; in the kernels' memory it scribbles on what follows. */
  writeTo(reader: ByteReader, out: Float64Array, from: number, count: number): void {
    if (this.kind === COLUMN_REGULAR) {
      fillRegular(out, from, count, this.base, this.step);
    } else if (this.lowBits > 0) {
      this.#joinLows(reader, out, from, count);
    } else if (kernels === null) {
      this.#join(out, from, count);
    } else if (out.buffer === MEMORY) {
      this.#joinByKernel(kernels, out.byteOffset + from * 8, count);
    } else {
      this.#joinByKernel(kernels, integers.byteOffset, count);
      out.set(integers.subarray(0, count), from);
    }
  }

  #joinByKernel(by: Kernels, pointer: number, count: number): void {
    const { base, offsets } = this;
    if (this.kind === COLUMN_JITTER) {
      by.addSlope(offsets.byteOffset, count, base, this.#slope(count), pointer);
    } else {
      by.addBase(offsets.byteOffset, count, base, pointer);
    }
  }

  #join(out: Float64Array, from: number, count: number): void {
    const { base, offsets } = this;
    if (this.kind === COLUMN_JITTER) {
      const slope = this.#slope(count);
      for (let i = 0; i < count; i++) out[from + i] = base + offsets[i]! + Math.floor(i * slope);
    } else {
      for (let i = 0; i < count; i++) out[from + i] = base + offsets[i]!;
    }
  }

  #slope(count: number): number {
    return count > 1 ? this.step / (count - 1) : 0;
  }

  #joinLows(reader: ByteReader, out: Float64Array, from: number, count: number): void {
    const { base, offsets, lows } = this;
    const unit = 2 ** this.lowBits;
    for (let i = 0; i < count; i++) {
      const integer = (base + offsets[i]!) * unit + lows[i]!;
      if (Math.abs(integer) > SAFE) reader.fail(`integer ${integer}`, 'a safe one');
      out[from + i] = integer;
    }
  }

  /** Whether every integer surely lies within +-`bound`, told from the head alone. */
  isWithin(bound: number, count: number): boolean {
    const { base, step } = this;
    if (this.kind === COLUMN_REGULAR) {
      return Math.abs(base) <= bound && Math.abs(base + (count - 1) * step) <= bound;
    }
    return Math.abs(base) + Math.abs(step) + INT32_MAX + 1 <= bound && this.lowBits === 0;
  }

  /** Whether the column is plain: `base + offsets[i]`. */
  get isPlain(): boolean {
    return (
      this.kind >= COLUMN_REFERENCE && this.kind <= COLUMN_DELTA_OF_DELTA && this.lowBits === 0
    );
  }
}

function readInt32(reader: ByteReader, name: string): number {
  const value = reader.signed(INT32_MAX + 1, name);
  if (value > INT32_MAX) reader.fail(`${name} ${value}`, 'an int32');
  return value;
}

function modeOf(kind: number): number {
  if (kind === COLUMN_DELTA) return UNPACK_SUM;
  return kind === COLUMN_DELTA_OF_DELTA ? UNPACK_SUM_OF_SUMS : UNPACK_NUMBER;
}

/** Four at a time: a loop's own steps would take longer than the sums. */
function fillRegular(
  out: Float64Array,
  from: number,
  count: number,
  base: number,
  step: number,
): void {
  const end = from + count;
  let next = base;
  let i = from;
  for (; i + 4 <= end; i += 4) {
    out[i] = next;
    out[i + 1] = next + step;
    out[i + 2] = next + 2 * step;
    out[i + 3] = next + 3 * step;
    next += 4 * step;
  }
  for (; i < end; i++) {
    out[i] = next;
    next += step;
  }
}
