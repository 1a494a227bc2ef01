/** Packing; see bit-packing.ts. */
import { GROUP, PACKING_SLACK, compileGroups } from './bit-packing.ts';

/** Writes `source[from .. from + groups * 32)` to `view` at byte `at`; bits above the width are left out. */
type PackGroups = (
  view: DataView,
  at: number,
  groups: number,
  source: Int32Array,
  from: number,
) => void;

const packers: (PackGroups | undefined)[] = [];

/**
 * Packs `source[from .. from + count)`. Writes whole groups: `source` must be readable, and hold zeros, up to the next
 * multiple of 32 values, and `view` be writable that far; only `packedBytes(count, width)` of it counts.
 */
export function packBits(
  view: DataView,
  at: number,
  width: number,
  count: number,
  source: Int32Array,
  from: number,
): void {
  if (width === 0) return;
  const pack = (packers[width] ??= makePacker(width));
  pack(view, at, (count + PACKING_SLACK) >>> 5, source, from);
}

function makePacker(width: number): PackGroups {
  const mask = width === 32 ? '' : ` & ${2 ** width - 1}`;
  const lines: string[] = [];
  let parts: string[] = [];
  for (let i = 0; i < GROUP; i++) {
    lines.push(`const v${i} = source[from + ${i}]${mask};`);
    const shift = (i * width) & 31;
    parts.push(shift === 0 ? `v${i}` : `v${i} << ${shift}`);
    if (shift + width < 32) continue;
    const word = (i * width) >>> 5;
    lines.push(`view.setInt32(at + ${word * 4}, ${parts.join(' | ')}, true);`);
    parts = shift + width === 32 ? [] : [`v${i} >>> ${32 - shift}`];
  }
  return compileGroups(['view', 'at', 'groups', 'source', 'from'], width, lines) as PackGroups;
}
