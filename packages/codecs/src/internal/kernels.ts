/**
 * The loops of the codecs in WebAssembly, for processors with vectors of 128 bits (kernels/ has their source), and the memory
 * that they work on. Where there is no WebAssembly, or none with vectors, `kernels` is null and the same loops in JavaScript do
 * the work on the same memory, with the same results.
 */
import { HIGH_WORD } from './float-words.ts';
import { KERNEL_BYTES } from './kernel-bytes.ts';

/** Pointers are offsets in `MEMORY`: the `byteOffset` of a view of it. */
export interface Kernels {
  unpack(at: number, width: number, count: number, out: number): void;
  readBlocks(
    at: number,
    end: number,
    count: number,
    out: number,
    mode: number,
    delta: number,
  ): number;
  addBase(offsets: number, count: number, base: number, out: number): void;
  multiply(
    offsets: number,
    count: number,
    base: number,
    high: number,
    low: number,
    out: number,
  ): void;
  addSlope(offsets: number, count: number, base: number, slope: number, out: number): void;
  expand(bitmap: number, count: number, values: number, held: number, out: number): number;
  pick(
    indices: number,
    count: number,
    base: number,
    entries: number,
    distinct: number,
    out: number,
  ): number;
  decodeRecords(
    at: number,
    count: number,
    ids: number,
    idCount: number,
    likely: number,
    slots: number,
    timestamps: number,
    values: number,
  ): number;
  encodeRecords(
    slots: number,
    timestamps: number,
    values: number,
    count: number,
    ids: number,
    idCount: number,
    out: number,
  ): number;
  quantise(
    values: number,
    count: number,
    power: number,
    base: number,
    high: number,
    low: number,
    offsets: number,
    exceptions: number,
  ): number;
  analyse(offsets: number, count: number, first: number, plans: number, bits: number): void;
  changedBytes(bits: number, blocks: number, length: number): number;
  planAll(residuals: number, count: number, plans: number, bits: number): number;
  differences(offsets: number, count: number, out: number): void;
  secondDifferences(offsets: number, count: number, out: number): void;
  pack(at: number, source: number, form: number, base: number, width: number, count: number): void;
  writeBlocks(at: number, residuals: number, count: number, plans: number): number;
  seriesExponents(
    values: number,
    ends: number,
    series: number,
    table: number,
    exponents: number,
  ): number;
  quantiseSeries(
    values: number,
    ends: number,
    series: number,
    table: number,
    exponents: number,
    firsts: number,
    residuals: number,
    exceptions: number,
  ): number;
  writeSeries(
    at: number,
    residuals: number,
    ends: number,
    series: number,
    plans: number,
    bits: number,
  ): number;
  timestampOffsets(timestamps: number, count: number, offsets: number): number;
  scatter(rows: number, order: number, count: number, ends: number, out: number): void;
  readSeries(at: number, end: number, ends: number, series: number, sums: number): number;
  divideSeries(
    sums: number,
    ends: number,
    series: number,
    table: number,
    exponents: number,
    firsts: number,
    out: number,
  ): void;
}

/** What is used of the WebAssembly API, which the types of Node.js leave to those of browsers. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: Kernels & {
      readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
    };
  };
}

const PAGE_BYTES = 65_536;
/** Most of it is never touched, and so takes no memory of the machine. */
const PAGES = 512;

function load(): { readonly kernels: Kernels | null; readonly memory: ArrayBuffer } {
  const { WebAssembly: api } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
  // The loops are for little-endian machines: their memory is.
  if (api !== undefined && HIGH_WORD === 1) {
    try {
      const { exports } = new api.Instance(new api.Module(Buffer.from(KERNEL_BYTES, 'base64')));
      exports.memory.grow(PAGES - 1);
      return { kernels: exports, memory: exports.memory.buffer };
    } catch {
      // A processor without vectors: JavaScript does it.
    }
  }
  return { kernels: null, memory: new ArrayBuffer(PAGES * PAGE_BYTES) };
}

const loaded = load();

/** The loops, or null. */
export const kernels: Kernels | null = loaded.kernels;
/** What they work on. */
export const MEMORY: ArrayBuffer = loaded.memory;
/** Integers that a loop returns beside its result. */
export const kernelResults: Int32Array = new Int32Array(MEMORY, 0, 16);
