/**
 * Metric ids: UUIDs, 16 bytes inside (big-endian, as in RFC 9562), lower-case text at the edges.
 *
 * Upper and lower case are the same id. Any version and variant is accepted; only the form 8-4-4-4-12 is.
 */

/** Bytes of a metric id. */
export const METRIC_ID_BYTES = 16;
/** Characters of a metric id written as text. */
export const METRIC_ID_TEXT_LENGTH = 36;

const HYPHEN = 0x2d;
const NOT_HEX = 0xff;
const hexValue: Uint8Array = new Uint8Array(256).fill(NOT_HEX);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  hexValue[text.charCodeAt(0)] = digit;
  hexValue[text.toUpperCase().charCodeAt(0)] = digit;
}
const hexPair: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);
/** Where in the text each byte's first digit stands. */
const digitAt: Uint8Array = Uint8Array.of(
  0,
  2,
  4,
  6,
  9,
  11,
  14,
  16,
  19,
  21,
  24,
  26,
  28,
  30,
  32,
  34,
);

/**
 * Reads the ASCII text of an id from `ascii[start .. start + 36)` into `out[outStart .. outStart + 16)`.
 * Returns false, with `out` in an undefined state, where it is no UUID.
 */
export function parseMetricIdAscii(
  ascii: Uint8Array,
  start: number,
  out: Uint8Array,
  outStart: number,
): boolean {
  if (start + METRIC_ID_TEXT_LENGTH > ascii.length) return false;
  if (
    ascii[start + 8] !== HYPHEN ||
    ascii[start + 13] !== HYPHEN ||
    ascii[start + 18] !== HYPHEN ||
    ascii[start + 23] !== HYPHEN
  ) {
    return false;
  }
  let seen = 0;
  for (let i = 0; i < METRIC_ID_BYTES; i++) {
    const at = start + digitAt[i]!;
    const high = hexValue[ascii[at]!]!;
    const low = hexValue[ascii[at + 1]!]!;
    seen |= high | low;
    out[outStart + i] = (high << 4) | low;
  }
  return seen < 16;
}

const textBytes = new Uint8Array(METRIC_ID_TEXT_LENGTH);

/** Reads an id's text into `out[outStart .. outStart + 16)`; false where it is no UUID. */
export function parseMetricId(text: string, out: Uint8Array, outStart: number): boolean {
  if (text.length !== METRIC_ID_TEXT_LENGTH) return false;
  for (let i = 0; i < METRIC_ID_TEXT_LENGTH; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    textBytes[i] = code;
  }
  return parseMetricIdAscii(textBytes, 0, out, outStart);
}

/** The lower-case text of the id in `bytes[start .. start + 16)`. */
export function formatMetricId(bytes: Uint8Array, start: number): string {
  let text = '';
  for (let i = 0; i < METRIC_ID_BYTES; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += hexPair[bytes[start + i]!]!;
  }
  return text;
}

const scratch = new Uint8Array(METRIC_ID_BYTES);

/** The id in its canonical lower-case text, or null where the text is no UUID. */
export function canonicalMetricId(text: string): string | null {
  return parseMetricId(text, scratch, 0) ? formatMetricId(scratch, 0) : null;
}
