/** One sample out of a parsed JSON value: the full rule, and the words for what is wrong. */
import {
  INVALID_SLOT,
  TIMESTAMP_MS_MAX,
  WindrowError,
  found,
  messageOf,
  parseTime,
  type SampleColumns,
} from '@windrow/core';
import type { SampleFields } from '../sample-fields.ts';

/** Appends the sample in this JSON text; null, or why there is none (then nothing is appended). */
export function pushJsonSample(
  text: string,
  fields: SampleFields,
  columns: SampleColumns,
): string | null {
  let sample: unknown;
  try {
    sample = JSON.parse(text);
  } catch (error) {
    return `found no complete JSON: ${messageOf(error)}`;
  }
  if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) {
    return `found ${found(sample)}, expected an object with ${fields.metricId}, ${fields.timestampMs} or ${fields.timestamp}, and ${fields.value}`;
  }
  const keys: Readonly<Record<string, unknown>> = sample as Record<string, unknown>;
  const id = own(keys, fields.metricId);
  const slot = typeof id === 'string' ? columns.dictionary.intern(id) : INVALID_SLOT;
  if (slot === INVALID_SLOT) return `${fields.metricId}: found ${found(id)}, expected a UUID`;
  const time = timeOf(keys, fields);
  if (typeof time === 'string') return time;
  const value = own(keys, fields.value);
  if (value !== null && typeof value !== 'number') {
    return `${fields.value}: found ${found(value)}, expected a number or null`;
  }
  columns.push(slot, time, value ?? Number.NaN);
  return null;
}

function own(keys: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(keys, name) ? keys[name] : undefined;
}

/** Milliseconds, or what is wrong with them. */
function timeOf(keys: Readonly<Record<string, unknown>>, fields: SampleFields): number | string {
  const exact = own(keys, fields.timestampMs);
  if (exact !== undefined) {
    // + 0 makes a timestamp of -0 a plain zero.
    if (typeof exact === 'number' && isTimestamp(exact)) return exact + 0;
    return `${fields.timestampMs}: found ${found(exact)}, expected integer milliseconds since 1970 within ±${TIMESTAMP_MS_MAX}`;
  }
  const time = own(keys, fields.timestamp);
  if (time === undefined) {
    return `${fields.timestampMs}: found nothing, and no ${fields.timestamp}, expected one of them`;
  }
  const ms =
    typeof time === 'string'
      ? millisecondsOf(time)
      : typeof time === 'number'
        ? Math.floor(time)
        : Number.NaN;
  if (isTimestamp(ms)) return ms + 0;
  return `${fields.timestamp}: found ${found(time)}, expected ISO 8601 (2019-03-06T13:20:00Z) or milliseconds since 1970 within ±${TIMESTAMP_MS_MAX}`;
}

function isTimestamp(ms: number): boolean {
  return Number.isInteger(ms) && Math.abs(ms) <= TIMESTAMP_MS_MAX;
}

function millisecondsOf(text: string): number {
  try {
    return parseTime(text, '');
  } catch (error) {
    if (error instanceof WindrowError) return Number.NaN;
    throw error;
  }
}
