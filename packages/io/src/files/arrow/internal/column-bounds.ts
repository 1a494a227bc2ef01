/** Checks that an Arrow array has the memory that its length asks for; the library takes its word for it. */
import type { Data } from 'apache-arrow';
import { Damage } from '../../internal/damage.ts';

/** A typed array of at least `count` entries. Throws Damage. */
export function entries<Values extends ArrayLike<unknown>>(
  values: Values | null | undefined,
  count: number,
  name: string,
): Values {
  if (values === null || values === undefined || values.length < count) {
    throw new Damage(`column ${name} has ${values?.length ?? 0} entries, expected ${count}`);
  }
  return values;
}

/** The bits that say which entries are there, or null where all are. */
export function validity(data: Data, name: string): Uint8Array | null {
  if (data.nullCount === 0) return null;
  return entries(data.nullBitmap, Math.ceil((data.offset + data.length) / 8), name);
}

/** Whether entry `index` is null, by the bits. */
export function isNull(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3]! >> (index & 7)) & 1) === 0;
}
