/** Held values, spread over the points by a bitmap; FORMAT.md, "Values". */
import type { ValueTarget } from '../internal/division.ts';
import { wordsOf } from '../internal/float-words.ts';
import { kernels } from '../internal/kernels.ts';

/** The values that changed. */
interface HeldValues {
  readonly values: Float64Array;
  readonly held: number;
  /** No NaN among them, so that they may pass through numbers. */
  readonly isExact: boolean;
}

/**
 * Spreads the values over `target`, all in the kernels' memory; bit `i` of the bitmap at byte `bitmap` says whether point `i` takes the next one.
 * Returns the number of bits set among the points, or -1 where the first is not; above `held` values repeat the last.
 */
export function expandHeld(
  view: DataView,
  bitmap: number,
  source: HeldValues,
  target: ValueTarget,
): number {
  if ((view.getUint8(bitmap) & 1) === 0) return -1;
  if (kernels !== null) {
    const { out, from, count } = target;
    const { values, held } = source;
    return kernels.expand(bitmap, count, values.byteOffset, held, out.byteOffset + from * 8);
  }
  if (source.isExact) return expandNumbers(view, bitmap, source, target);
  return expandWords(view, bitmap, source, target);
}

function expandNumbers(
  view: DataView,
  bitmap: number,
  source: HeldValues,
  target: ValueTarget,
): number {
  const { values, held } = source;
  const { out, from, count } = target;
  let next = -1;
  let start = 0;
  // Eight points at a time, as long as the values surely last.
  for (; start + 8 <= count && next + 8 < held; start += 8) {
    const bits = view.getUint8(bitmap + (start >>> 3));
    const to = from + start;
    const a = next + (bits & 1);
    const b = a + ((bits >>> 1) & 1);
    const c = b + ((bits >>> 2) & 1);
    const d = c + ((bits >>> 3) & 1);
    const e = d + ((bits >>> 4) & 1);
    const f = e + ((bits >>> 5) & 1);
    const g = f + ((bits >>> 6) & 1);
    next = g + (bits >>> 7);
    out[to] = values[a]!;
    out[to + 1] = values[b]!;
    out[to + 2] = values[c]!;
    out[to + 3] = values[d]!;
    out[to + 4] = values[e]!;
    out[to + 5] = values[f]!;
    out[to + 6] = values[g]!;
    out[to + 7] = values[next]!;
  }
  for (let i = start; i < count; i++) {
    next += (view.getUint8(bitmap + (i >>> 3)) >>> (i & 7)) & 1;
    if (next >= held) return next + 1;
    out[from + i] = values[next]!;
  }
  return next + 1;
}

function expandWords(
  view: DataView,
  bitmap: number,
  source: HeldValues,
  target: ValueTarget,
): number {
  const { held } = source;
  const { from, count } = target;
  const words = wordsOf(source.values);
  const out = wordsOf(target.out);
  let next = -1;
  for (let i = 0; i < count; i++) {
    next += (view.getUint8(bitmap + (i >>> 3)) >>> (i & 7)) & 1;
    if (next >= held) return next + 1;
    out[(from + i) * 2] = words[next * 2]!;
    out[(from + i) * 2 + 1] = words[next * 2 + 1]!;
  }
  return next + 1;
}
