/**
 * Samples read straight from the bytes of JSON, as most senders write it: an object whose keys, id and time have no escapes, each
 * once. Whatever else stands there is left to `pushJsonSample`, which is three times slower and knows the
 * words for what is wrong; where both read an object, they read the same.
 */
import {
  INVALID_SLOT,
  TIMESTAMP_MS_MAX,
  type MetricDictionary,
  type SampleColumns,
} from '@windrow/core';
import type { SampleFields } from '../sample-fields.ts';
import { DecimalNumber } from '../decimal-number.ts';
import { isoTimeMs } from './iso-time.ts';
import { afterSpace, skipValue, startsWith } from './skip-value.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const ID_LENGTH = 36;
const NONE = -1;

const HAS_ID = 1;
const HAS_TIME = 2;
const HAS_TIME_MS = 4;
const HAS_VALUE = 8;

const NULL = Buffer.from('null');

export class SampleScanner {
  readonly #dictionary: MetricDictionary;
  readonly #idKey: Buffer;
  readonly #timeKey: Buffer;
  readonly #timeMsKey: Buffer;
  readonly #valueKey: Buffer;
  readonly #number: DecimalNumber = new DecimalNumber();
  #slot = INVALID_SLOT;
  #timeMs = 0;
  #exactTimeMs = 0;
  #value = 0;

  constructor(fields: SampleFields, dictionary: MetricDictionary) {
    this.#dictionary = dictionary;
    this.#idKey = Buffer.from(fields.metricId);
    this.#timeKey = Buffer.from(fields.timestamp);
    this.#timeMsKey = Buffer.from(fields.timestampMs);
    this.#valueKey = Buffer.from(fields.value);
  }

  /**
   * Appends the sample of the object at `bytes[start]` to columns that are not full, and returns the offset behind its closing
   * brace; -1, with nothing appended, where it is not in the plain form or no sample.
   */
  read(bytes: Buffer, start: number, end: number, columns: SampleColumns): number {
    if (bytes[start] !== OPENING_BRACE) return NONE;
    let seen = 0;
    let at = afterSpace(bytes, start + 1, end);
    for (;;) {
      const key = at + 1;
      const keyEnd = stringEnd(bytes, at, end);
      if (keyEnd < 0) return NONE;
      at = afterSpace(bytes, keyEnd + 1, end);
      if (at >= end || bytes[at] !== COLON) return NONE;
      at = afterSpace(bytes, at + 1, end);
      const field = this.#fieldOf(bytes, key, keyEnd);
      // Of a key that comes twice the last one counts: rare enough to be left to JSON.parse.
      if ((seen & field) !== 0) return NONE;
      seen |= field;
      at = this.#readValue(field, bytes, at, end);
      if (at < 0) return NONE;
      at = afterSpace(bytes, at, end);
      if (at >= end) return NONE;
      if (bytes[at] === CLOSING_BRACE) break;
      if (bytes[at] !== COMMA) return NONE;
      at = afterSpace(bytes, at + 1, end);
    }
    const hasTime = (seen & (HAS_TIME | HAS_TIME_MS)) !== 0;
    if (!hasTime || (seen & HAS_ID) === 0 || (seen & HAS_VALUE) === 0) return NONE;
    const timeMs = (seen & HAS_TIME_MS) === 0 ? this.#timeMs : this.#exactTimeMs;
    if (!Number.isInteger(timeMs) || Math.abs(timeMs) > TIMESTAMP_MS_MAX) return NONE;
    columns.push(this.#slot, timeMs + 0, this.#value);
    return at + 1;
  }

  #fieldOf(bytes: Buffer, start: number, end: number): number {
    if (isText(bytes, start, end, this.#idKey)) return HAS_ID;
    if (isText(bytes, start, end, this.#timeMsKey)) return HAS_TIME_MS;
    if (isText(bytes, start, end, this.#valueKey)) return HAS_VALUE;
    return isText(bytes, start, end, this.#timeKey) ? HAS_TIME : 0;
  }

  /** Reads the value at `at` and returns the offset behind it, or -1. */
  #readValue(field: number, bytes: Buffer, at: number, end: number): number {
    switch (field) {
      case HAS_ID: {
        const close = at + 1 + ID_LENGTH;
        if (close >= end || bytes[at] !== QUOTE || bytes[close] !== QUOTE) return NONE;
        this.#slot = this.#dictionary.internAscii(bytes, at + 1, ID_LENGTH);
        return this.#slot === INVALID_SLOT ? NONE : close + 1;
      }
      case HAS_TIME_MS: {
        const after = this.#number.read(bytes, at, end);
        this.#exactTimeMs = this.#number.value;
        return after;
      }
      case HAS_TIME: {
        if (bytes[at] !== QUOTE) {
          const after = this.#number.read(bytes, at, end);
          this.#timeMs = Math.floor(this.#number.value);
          return after;
        }
        const close = stringEnd(bytes, at, end);
        if (close < 0) return NONE;
        this.#timeMs = isoTimeMs(bytes, at + 1, close);
        return close + 1;
      }
      case HAS_VALUE: {
        if (startsWith(bytes, at, end, NULL)) {
          this.#value = Number.NaN;
          return at + NULL.length;
        }
        const after = this.#number.read(bytes, at, end);
        this.#value = this.#number.value;
        return after;
      }
      default:
        return skipValue(bytes, at, end, this.#number);
    }
  }
}

/** The offset of the quote that closes the string at `at`, or -1 where none is there, or one with escapes. */
function stringEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end || bytes[at] !== QUOTE) return NONE;
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH || byte < 0x20) return NONE;
  }
  return NONE;
}

function isText(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[start + i] !== text[i]) return false;
  }
  return true;
}
