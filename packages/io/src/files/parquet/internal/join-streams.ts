/** BYTE_STREAM_SPLIT: all first bytes of a page's values, then all second bytes, ... */
import { Damage } from '../../internal/damage.ts';

/**
 * The values one after the other, as PLAIN has them.
 * @param width bytes of a value
 */
export function joinStreams(
  bytes: Uint8Array,
  start: number,
  count: number,
  width: number,
): Uint8Array {
  if (start + count * width > bytes.length) throw new Damage('a page that ends within its values');
  const joined = new Uint8Array(count * width);
  for (let b = 0; b < width; b++) {
    const from = start + b * count;
    for (let i = 0; i < count; i++) joined[i * width + b] = bytes[from + i]!;
  }
  return joined;
}
