/**
 * Unpacking in JavaScript; see bit-packing.ts. What follows unpacking (zigzag, sums) is part of the generated functions: a pass of its own
 * over the values would take as long as the unpacking.
 */
import { GROUP, compileGroups } from './bit-packing.ts';
import { kernels } from './kernels.ts';

/** How the unpacked `u` become `out`: each as it is, */
const UNPACK_RAW = 0;
/** as a zigzagged or a based number, */
export const UNPACK_NUMBER = 1;
/** as the sum of the numbers so far, */
export const UNPACK_SUM = 2;
/** or as the sum of their sums so far. */
export const UNPACK_SUM_OF_SUMS = 3;

/** What the numbers are and what sums go on from; all int32, wrapping. */
export interface UnpackState {
  /** One of the above. */
  mode: number;
  /** Numbers are `u + base`, else they are zigzagged. */
  based: boolean;
  base: number;
  /** The sum so far, and (for sums of sums) what was added last. */
  sum: number;
  delta: number;
}

/** Reads `groups * 32` values from `view` at byte `at` into `out[from ..)`. */
type UnpackGroups = (
  view: DataView,
  at: number,
  groups: number,
  out: Int32Array,
  from: number,
  base: number,
  sum: number,
  delta: number,
) => void;

/** For `unpackBits`: the packed values as they are. */
export const RAW: UnpackState = { mode: UNPACK_RAW, based: false, base: 0, sum: 0, delta: 0 };

const PARAMETERS = ['view', 'at', 'groups', 'out', 'from', 'base', 'sum', 'delta'];
const WIDTHS = 33;
/** By width, and mode and basedness. */
const unpackers: (UnpackGroups | undefined)[] = [];

/** Unpacks `count` values as they are into `out`, of the kernels' memory as `view` is, and scribbles on what follows them. */
export function unpackRaw(
  view: DataView,
  at: number,
  width: number,
  count: number,
  out: Int32Array,
): void {
  if (kernels === null) unpackBits(view, at, width, count, out, 0, RAW);
  else kernels.unpack(at, width, count, out.byteOffset);
}

/**
 * Unpacks `count` values into `out[from ..)`, going on from `state`, and leaves `sum` and `delta` there for what follows. The bytes
 * must be there. Up to `PACKING_SLACK` elements of `out` beyond are scribbled on.
 */
export function unpackBits(
  view: DataView,
  at: number,
  width: number,
  count: number,
  out: Int32Array,
  from: number,
  state: UnpackState,
): void {
  const key = (state.mode * 2 + (state.based ? 1 : 0)) * WIDTHS + width;
  const unpack = (unpackers[key] ??= makeUnpacker(width, state.mode, state.based));
  const whole = count >>> 5;
  // Reading a last incomplete group as a whole one is faster where the view goes on far enough.
  const groups =
    (count & 31) === 0 || at + (whole + 1) * 4 * width > view.byteLength ? whole : whole + 1;
  if (groups > 0) unpack(view, at, groups, out, from, state.base, state.sum, state.delta);
  const done = Math.min(groups * GROUP, count);
  if (done > 0) resumeAfter(out, from + done, state);
  if (done === count) return;
  unpackTail(view, at + groups * 4 * width, width, count - done, out, from + done);
  applyState(out, from + done, count - done, state);
}

/** Sets the state to go on from `out[end)`. Only a column of one value has nothing two places before, and nothing follows it. */
function resumeAfter(out: Int32Array, end: number, state: UnpackState): void {
  state.sum = out[end - 1]!;
  state.delta = end > 1 ? (state.sum - out[end - 2]!) | 0 : 0;
}

/** Turns raw `out[from .. from + count)` into what `state` says, in place. */
export function applyState(out: Int32Array, from: number, count: number, state: UnpackState): void {
  const { mode } = state;
  if (mode === UNPACK_RAW || count === 0) return;
  if (state.based) {
    const { base } = state;
    for (let i = from; i < from + count; i++) out[i] = zigzag((out[i]! + base) | 0);
  }
  if (mode === UNPACK_NUMBER) unzigzag(out, from, count);
  else if (mode === UNPACK_SUM) sumUp(out, from, count, state.sum);
  else sumUpTwice(out, from, count, state);
  resumeAfter(out, from + count, state);
}

function zigzag(number: number): number {
  return (number << 1) ^ (number >> 31);
}

function unzigzag(out: Int32Array, from: number, count: number): void {
  for (let i = from; i < from + count; i++) {
    const u = out[i]!;
    out[i] = (u >>> 1) ^ -(u & 1);
  }
}

/** Four at a time, as a loop's own steps take as long as the sums; what a last group is short of is scribbled on. */
function sumUp(out: Int32Array, from: number, count: number, start: number): void {
  let sum = start;
  for (let i = from; i < from + count; i += 4) {
    const a = out[i]!;
    const b = out[i + 1]!;
    const c = out[i + 2]!;
    const d = out[i + 3]!;
    sum = (sum + ((a >>> 1) ^ -(a & 1))) | 0;
    out[i] = sum;
    sum = (sum + ((b >>> 1) ^ -(b & 1))) | 0;
    out[i + 1] = sum;
    sum = (sum + ((c >>> 1) ^ -(c & 1))) | 0;
    out[i + 2] = sum;
    sum = (sum + ((d >>> 1) ^ -(d & 1))) | 0;
    out[i + 3] = sum;
  }
}

/** As `sumUp`, two at a time. */
function sumUpTwice(out: Int32Array, from: number, count: number, state: UnpackState): void {
  let { sum, delta } = state;
  for (let i = from; i < from + count; i += 2) {
    const a = out[i]!;
    const b = out[i + 1]!;
    delta = (delta + ((a >>> 1) ^ -(a & 1))) | 0;
    sum = (sum + delta) | 0;
    out[i] = sum;
    delta = (delta + ((b >>> 1) ^ -(b & 1))) | 0;
    sum = (sum + delta) | 0;
    out[i + 1] = sum;
  }
}

function unpackTail(
  view: DataView,
  at: number,
  width: number,
  count: number,
  out: Int32Array,
  from: number,
): void {
  let bit = at * 8;
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let got = 0; got < width;) {
      const shift = bit & 7;
      const take = Math.min(8 - shift, width - got);
      value |= ((view.getUint8(Math.floor(bit / 8)) >>> shift) & ((1 << take) - 1)) << got;
      got += take;
      bit += take;
    }
    out[from + i] = value;
  }
}

function makeUnpacker(width: number, mode: number, based: boolean): UnpackGroups {
  const lines: string[] = ['let u = 0;'];
  for (let word = 0; word < width; word++) {
    lines.push(`const w${word} = view.getInt32(at + ${word * 4}, true);`);
  }
  for (let i = 0; i < GROUP; i++) {
    lines.push(`u = ${unpacked(width, i)};`, ...transformed(mode, based, i));
  }
  return compileGroups(PARAMETERS, width, lines) as UnpackGroups;
}

/** The expression for value `i` of a group. */
function unpacked(width: number, i: number): string {
  if (width === 0) return '0';
  const word = (i * width) >>> 5;
  const shift = (i * width) & 31;
  const low = shift === 0 ? `w${word}` : `w${word} >>> ${shift}`;
  const value = shift + width > 32 ? `${low} | w${word + 1} << ${32 - shift}` : low;
  // No mask where the shift left no other bits.
  if (width === 32 || shift + width === 32) return value;
  return `(${value}) & ${(2 ** width - 1) | 0}`;
}

/** The statements that make `out` of `u`. */
function transformed(mode: number, based: boolean, i: number): string[] {
  const number = based ? '(u + base | 0)' : '((u >>> 1) ^ -(u & 1))';
  const store = `out[from + ${i}] =`;
  if (mode === UNPACK_RAW) return [`${store} u;`];
  if (mode === UNPACK_NUMBER) return [`${store} ${number};`];
  if (mode === UNPACK_SUM) return [`sum = sum + ${number} | 0;`, `${store} sum;`];
  return [`delta = delta + ${number} | 0;`, 'sum = sum + delta | 0;', `${store} sum;`];
}
