/** Packing; see bit-packing.ts. */
import { GROUP, PACKING_SLACK, compileGroups } from './bit-packing.ts';
import { kernels } from './kernels.ts';

/** What is packed of an element `s` of the source: its bits as they are, */
export const PACK_RAW = 0;
/** zigzagged, */
export const PACK_ZIGZAG = 1;
/** or `s - base`. */
export const PACK_BASED = 2;

/** Writes `source[from .. from + groups * 32)` to `view` at byte `at`; bits above the width are left out. */
type PackGroups = (
  view: DataView,
  at: number,
  groups: number,
  source: Int32Array,
  from: number,
  base: number,
) => void;

const PARAMETERS = ['view', 'at', 'groups', 'source', 'from', 'base'];
const WIDTHS = 33;
/** By width and form. */
const packers: (PackGroups | undefined)[] = [];

/** Which elements are packed, and how. */
export interface Packing {
  /** PACK_RAW, PACK_ZIGZAG or PACK_BASED. */
  readonly form: number;
  readonly base: number;
  readonly width: number;
  readonly from: number;
  readonly count: number;
}

/**
 * Packs `count` elements of `source`, of the kernels' memory as `view` is. Writes whole groups: `source` must have elements, whose packed bits are zeros, up to the
 * next multiple of 32, and `view` be writable that far; only `packedBytes(count, width)` of it counts.
 */
export function packBits(view: DataView, at: number, source: Int32Array, packing: Packing): void {
  const { form, base, width, from, count } = packing;
  if (width === 0) return;
  if (kernels !== null) {
    kernels.pack(at, source.byteOffset + from * 4, form, base, width, count);
    return;
  }
  const pack = (packers[form * WIDTHS + width] ??= makePacker(width, form));
  pack(view, at, (count + PACKING_SLACK) >>> 5, source, from, base);
}

function makePacker(width: number, form: number): PackGroups {
  const mask = width === 32 ? '' : ` & ${2 ** width - 1}`;
  const lines: string[] = ['let s = 0;'];
  let parts: string[] = [];
  for (let i = 0; i < GROUP; i++) {
    lines.push(`s = source[from + ${i}];`, `const v${i} = ${packed(form)}${mask};`);
    const shift = (i * width) & 31;
    parts.push(shift === 0 ? `v${i}` : `v${i} << ${shift}`);
    if (shift + width < 32) continue;
    const word = (i * width) >>> 5;
    lines.push(`view.setInt32(at + ${word * 4}, ${parts.join(' | ')}, true);`);
    parts = shift + width === 32 ? [] : [`v${i} >>> ${32 - shift}`];
  }
  return compileGroups(PARAMETERS, width, lines) as PackGroups;
}

/** The expression for an element. */
function packed(form: number): string {
  if (form === PACK_RAW) return 's';
  return form === PACK_ZIGZAG ? '((s << 1) ^ (s >> 31))' : '(s - base | 0)';
}
