/**
 * Samples in JSON: one object, an array of objects, or an object a line; keys as SampleFields says, others ignored.
 *
 * What is wrong with one object concerns that one alone. Of an array that breaks off, what stands before the break counts.
 * An object is cut out before it is parsed, so that no more than OBJECT_BYTES_MAX of text are ever made objects at a time.
 */
import type { MetricDictionary } from '@windrow/core';
import { elementEnd } from './internal/element-end.ts';
import { pushJsonSample } from './internal/json-sample.ts';
import { SampleScanner } from './internal/sample-scanner.ts';
import { afterSpace } from './internal/skip-value.ts';
import type { RowBuffer } from './row-buffer.ts';
import type { SampleFields } from './sample-fields.ts';

/** Longest object that is read. */
export const OBJECT_BYTES_MAX: number = 1 << 20;

/** No dead letter shows more. */
const CUT_BYTES = 1200;
const LINE_FEED = 0x0a;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
/** Between two lines that hold an object each; objects within an object are indented. */
const NEXT_OBJECT = '\n{';
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Takes what is no sample.
 * @param row 1-based: place in the array, or line; null where the message as a whole is meant
 * @param raw the text as it was found, at most OBJECT_BYTES_MAX of it
 * @returns false to read no further
 */
export type RejectJson = (row: number | null, reason: string, raw: string) => boolean;

export class JsonSamples {
  readonly #fields: SampleFields;
  readonly #scanner: SampleScanner;

  constructor(fields: SampleFields, dictionary: MetricDictionary) {
    this.#fields = fields;
    this.#scanner = new SampleScanner(fields, dictionary);
  }

  /** Appends the samples of a whole document. */
  readDocument(document: Uint8Array, rows: RowBuffer, reject: RejectJson): void {
    const bytes = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
    const mark = bytes.length >= 3 && bytes.toString('utf8', 0, 3) === BYTE_ORDER_MARK ? 3 : 0;
    const start = afterSpace(bytes, mark, bytes.length);
    if (bytes[start] === OPENING_BRACKET) this.#readArray(bytes, start + 1, rows, reject);
    else if (!this.#readOne(bytes, start, rows, reject)) {
      this.#readLines(bytes, mark, rows, reject);
    }
  }

  /**
   * Appends the sample of the object in `bytes[start .. end)`, which may have white space around it.
   * @returns null, or why there is none: then nothing is appended
   */
  readObject(bytes: Buffer, start: number, end: number, rows: RowBuffer): string | null {
    const columns = rows.reserve(1);
    const first = afterSpace(bytes, start, end);
    const after = this.#scanner.read(bytes, first, end, columns);
    if (after >= 0 && afterSpace(bytes, after, end) === end) return null;
    if (after >= 0) columns.length--;
    if (end - first > OBJECT_BYTES_MAX) {
      return `found ${end - first} bytes, expected an object of at most ${OBJECT_BYTES_MAX}`;
    }
    return pushJsonSample(bytes.toString('utf8', first, end), this.#fields, columns);
  }

  /** One value that takes up the whole document, perhaps over several lines; false where the document has lines to be read. */
  #readOne(bytes: Buffer, start: number, rows: RowBuffer, reject: RejectJson): boolean {
    const columns = rows.reserve(1);
    const after = this.#scanner.read(bytes, start, bytes.length, columns);
    if (after >= 0) {
      if (afterSpace(bytes, after, bytes.length) === bytes.length) return true;
      columns.length--;
      return false;
    }
    const end = elementEnd(bytes, start, bytes.length);
    const isOne =
      end < 0
        ? bytes.indexOf(NEXT_OBJECT, start) < 0
        : afterSpace(bytes, end, bytes.length) === bytes.length;
    if (!isOne) return false;
    const fault = this.readObject(bytes, start, bytes.length, rows);
    if (fault !== null) reject(null, fault, cut(bytes, start, bytes.length));
    return true;
  }

  #readLines(bytes: Buffer, start: number, rows: RowBuffer, reject: RejectJson): void {
    let number = 0;
    for (let at = start; at < bytes.length;) {
      const feed = bytes.indexOf(LINE_FEED, at);
      const end = feed < 0 ? bytes.length : feed;
      number++;
      if (afterSpace(bytes, at, end) < end) {
        const fault = this.readObject(bytes, at, end, rows);
        if (fault !== null && !reject(number, fault, cut(bytes, at, end))) return;
      }
      at = end + 1;
    }
  }

  #readArray(bytes: Buffer, start: number, rows: RowBuffer, reject: RejectJson): void {
    let at = afterSpace(bytes, start, bytes.length);
    if (bytes[at] === CLOSING_BRACKET) {
      expectEnd(bytes, at, 1, reject);
      return;
    }
    for (let number = 1; ; number++) {
      let after = this.#scanner.read(bytes, at, bytes.length, rows.reserve(1));
      if (after < 0) {
        after = elementEnd(bytes, at, bytes.length);
        if (after < 0) {
          reject(number, 'the array breaks off, expected ]', cut(bytes, at, bytes.length));
          return;
        }
        const fault = this.readObject(bytes, at, after, rows);
        if (fault !== null && !reject(number, fault, cut(bytes, at, after))) return;
      }
      at = afterSpace(bytes, after, bytes.length);
      if (bytes[at] !== COMMA) {
        expectEnd(bytes, at, number + 1, reject);
        return;
      }
      at = afterSpace(bytes, at + 1, bytes.length);
    }
  }
}

/** Rejects what does not belong at the end of an array, of which the closing bracket should be at `at`. */
function expectEnd(bytes: Buffer, at: number, row: number, reject: RejectJson): void {
  const isClosed = bytes[at] === CLOSING_BRACKET;
  const rest = isClosed ? afterSpace(bytes, at + 1, bytes.length) : at;
  if (isClosed && rest === bytes.length) return;
  const expected = isClosed ? 'nothing more' : 'a comma or ]';
  const where = `the rest of the array cannot be read, from byte ${rest} on`;
  reject(row, `${where}: expected ${expected}`, cut(bytes, rest, bytes.length));
}

/** The beginning of a text, for a dead letter. */
function cut(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, Math.min(end, start + CUT_BYTES)).trim();
}
