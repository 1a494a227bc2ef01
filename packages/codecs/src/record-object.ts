/** One record as an object: for tools, tests and messages of one sample; the columnar form is the fast one. */
import {
  TIMESTAMP_MS_MAX,
  WindrowError,
  assert,
  formatMetricId,
  found,
  parseMetricId,
} from '@windrow/core';
import { viewOf } from './internal/byte-view.ts';
import { RECORD_BYTES, RECORD_TIMESTAMP_AT, RECORD_VALUE_AT } from './record-layout.ts';

/** A sample outside columns. */
export interface SampleRecord {
  /** UUID as text; lower case when read. */
  readonly metricId: string;
  /** Integer ms since the Unix epoch, in core's range. */
  readonly timestampMs: number;
  /** Any float64. JavaScript may quieten a signalling NaN in a number: only the columnar form promises all bits. */
  readonly value: number;
}

/**
 * Writes a record to `out[offset .. offset + 32)` and returns where it ends.
 * @throws WindrowError FORMAT where the id is no UUID or the timestamp no integer in range
 */
export function encodeRecord(record: SampleRecord, out: Uint8Array, offset: number): number {
  const end = offset + RECORD_BYTES;
  assert(offset >= 0 && end <= out.length, 'out has room for the records');
  const { metricId, timestampMs, value } = record;
  if (!parseMetricId(metricId, out, offset)) {
    throw new WindrowError('FORMAT', `metric id: found ${found(metricId)}, expected a UUID`);
  }
  if (!Number.isSafeInteger(timestampMs) || Math.abs(timestampMs) > TIMESTAMP_MS_MAX) {
    throw new WindrowError(
      'FORMAT',
      `timestamp: found ${timestampMs}, expected integer ms since 1970 within ${TIMESTAMP_MS_MAX}`,
    );
  }
  const view = viewOf(out);
  view.setBigInt64(offset + RECORD_TIMESTAMP_AT, BigInt(timestampMs));
  view.setFloat64(offset + RECORD_VALUE_AT, value);
  return end;
}

/**
 * Reads the record in `bytes[offset .. offset + 32)`.
 * @throws WindrowError FORMAT where there are fewer bytes or the timestamp is outside core's range
 */
export function decodeRecord(bytes: Uint8Array, offset: number): SampleRecord {
  const left = bytes.length - offset;
  if (left < RECORD_BYTES) {
    throw new WindrowError(
      'FORMAT',
      `record at byte ${offset}: found ${left} bytes, expected ${RECORD_BYTES}`,
    );
  }
  const view = viewOf(bytes);
  const timestampMs = Number(view.getBigInt64(offset + RECORD_TIMESTAMP_AT));
  if (Math.abs(timestampMs) > TIMESTAMP_MS_MAX) {
    throw new WindrowError(
      'FORMAT',
      `record at byte ${offset}: timestamp: found ${timestampMs}, expected ms since 1970 within ${TIMESTAMP_MS_MAX}`,
    );
  }
  return {
    metricId: formatMetricId(bytes, offset),
    timestampMs,
    value: view.getFloat64(offset + RECORD_VALUE_AT),
  };
}
