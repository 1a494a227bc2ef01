/**
 * JSON values that nobody asks for, passed over in bytes: whatever `JSON.parse` would take, and nothing else, so that an object
 * with a fault in another field is as faulty here as there. Deeper than DEPTH_MAX is left to `JSON.parse`.
 */
import type { DecimalNumber } from '../decimal-number.ts';

const DEPTH_MAX = 16;
const NONE = -1;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const LETTER_U = 0x75;
/** What may stand behind a backslash, but for `u` and its four digits. */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const WORDS = ['null', 'true', 'false'].map((word) => Buffer.from(word));

/**
 * The offset behind the value at `at`, or -1.
 * @param number reads numbers; its value is lost
 */
export function skipValue(
  bytes: Buffer,
  at: number,
  end: number,
  number: DecimalNumber,
  depth = 0,
): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at, end);
  if (first === OPENING_BRACE || first === OPENING_BRACKET) {
    return depth < DEPTH_MAX ? skipNested(bytes, at, end, number, depth) : NONE;
  }
  for (const word of WORDS) {
    if (startsWith(bytes, at, end, word)) return at + word.length;
  }
  return number.read(bytes, at, end);
}

/** The first offset from `start` on that holds no white space of JSON. */
export function afterSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

export function startsWith(bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean {
  if (at + word.length > end) return false;
  for (let i = 0; i < word.length; i++) {
    if (bytes[at + i] !== word[i]) return false;
  }
  return true;
}

function skipNested(
  bytes: Buffer,
  start: number,
  end: number,
  number: DecimalNumber,
  depth: number,
): number {
  const isObject = bytes[start] === OPENING_BRACE;
  const closing = isObject ? CLOSING_BRACE : CLOSING_BRACKET;
  let at = afterSpace(bytes, start + 1, end);
  if (bytes[at] === closing) return at + 1;
  while (at < end) {
    if (isObject) {
      const key = bytes[at] === QUOTE ? skipString(bytes, at, end) : NONE;
      if (key < 0) return NONE;
      at = afterSpace(bytes, key, end);
      if (bytes[at] !== COLON) return NONE;
      at = afterSpace(bytes, at + 1, end);
    }
    const value = skipValue(bytes, at, end, number, depth + 1);
    if (value < 0) return NONE;
    at = afterSpace(bytes, value, end);
    if (at < end && bytes[at] === closing) return at + 1;
    if (bytes[at] !== COMMA) return NONE;
    at = afterSpace(bytes, at + 1, end);
  }
  return NONE;
}

function skipString(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return NONE;
    if (byte !== BACKSLASH) continue;
    const escaped = bytes[++at]!;
    if (escaped === LETTER_U) {
      for (let digit = 0; digit < 4; digit++) if (!isHex(bytes[++at]!)) return NONE;
    } else if (!ESCAPED.has(escaped)) {
      return NONE;
    }
  }
  return NONE;
}

function isHex(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x46) ||
    (byte >= 0x61 && byte <= 0x66)
  );
}
