/** What the keys of a sample are called in JSON, where a sender has its own names for them. */
import { WindrowError, found } from '@windrow/core';

export interface SampleFields {
  /** Holds the id's text. */
  readonly metricId: string;
  /** Holds ISO 8601, or milliseconds since 1970 as a number or as text. */
  readonly timestamp: string;
  /** Holds integer milliseconds since 1970; comes before `timestamp` where both are there. */
  readonly timestampMs: string;
  /** Holds a number or null. */
  readonly value: string;
}

export const SAMPLE_FIELDS: SampleFields = {
  metricId: 'metric_id',
  timestamp: 'timestamp',
  timestampMs: 'timestamp_ms',
  value: 'value',
};

const NAME_LENGTH_MAX = 256;
const FIELD_BY_NAME: Readonly<Record<string, keyof SampleFields>> = {
  metric_id: 'metricId',
  timestamp: 'timestamp',
  timestamp_ms: 'timestampMs',
  value: 'value',
};

/**
 * Reads a mapping as options give it: `metric_id=id,timestamp=time,value=reading`. What is not named keeps its own name.
 * @param what where the mapping stands, for the message
 * @throws WindrowError USAGE for an unknown field, a field named twice, an empty name, or one name for two fields
 */
export function parseSampleFields(text: string, what: string): SampleFields {
  const fields: { -readonly [Key in keyof SampleFields]: string } = { ...SAMPLE_FIELDS };
  const seen = new Set<string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    const key = part.slice(equals + 1).trim();
    const field = Object.hasOwn(FIELD_BY_NAME, name) ? FIELD_BY_NAME[name] : undefined;
    if (field === undefined || seen.has(name) || key === '' || key.length > NAME_LENGTH_MAX) {
      throw new WindrowError(
        'USAGE',
        `${what}: found ${found(part)}, expected FIELD=NAME, separated by commas, with each of the fields ${Object.keys(FIELD_BY_NAME).join(', ')} once at most`,
      );
    }
    seen.add(name);
    fields[field] = key;
  }
  if (new Set(Object.values(fields)).size < Object.keys(fields).length) {
    throw new WindrowError(
      'USAGE',
      `${what}: found ${found(text)}, which has one name for two fields, expected four different names`,
    );
  }
  return fields;
}
