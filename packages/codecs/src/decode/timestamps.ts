/** The timestamps of a chunk or a block; FORMAT.md, "Timestamps". */
import { TIMESTAMP_MS_MAX } from '@windrow/core';
import type { ByteReader } from '../internal/byte-reader.ts';
import { IntegerColumn } from './column.ts';

const timestampColumn = new IntegerColumn();

/** Reads `count` >= 1 timestamps (ms) into `out[at ..)`. */
export function readTimestamps(
  reader: ByteReader,
  out: Float64Array,
  at: number,
  count: number,
): void {
  timestampColumn.read(reader, count);
  timestampColumn.writeTo(reader, out, at, count);
  if (timestampColumn.isWithin(TIMESTAMP_MS_MAX, count)) return;
  for (let i = at; i < at + count; i++) {
    if (!(Math.abs(out[i]!) <= TIMESTAMP_MS_MAX)) {
      reader.fail(`timestamp ${out[i]}`, `within +-${TIMESTAMP_MS_MAX}`);
    }
  }
}
