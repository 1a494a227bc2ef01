/**
 * ISO 8601 as machines write it, read from bytes without a string: `2019-03-06T13:20:00Z`, with a fraction of up to nine
 * digits, with `+01:00`, without a zone (UTC), with a space for the `T`. What is not that, as it may still be one of the rarer
 * ways that core's `parseTime` reads, is left to it.
 */

const DAY_MS = 86_400_000;
const ZERO = 0x30;
const HYPHEN = 0x2d;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const SPACE = 0x20;
const PLUS = 0x2b;
const DOT = 0x2e;
/** `2019-03-06T13:20:00` */
const SECONDS_LENGTH = 19;
const FRACTION_DIGITS_MAX = 9;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Milliseconds since 1970 of the text in `bytes[start .. end)`, finer digits floored; NaN where it is not in this form. */
export function isoTimeMs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < SECONDS_LENGTH) return Number.NaN;
  const t = bytes[start + 10];
  if (
    bytes[start + 4] !== HYPHEN ||
    bytes[start + 7] !== HYPHEN ||
    (t !== LETTER_T && t !== SPACE) ||
    bytes[start + 13] !== COLON ||
    bytes[start + 16] !== COLON
  ) {
    return Number.NaN;
  }
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  const isTime = hour < 24 && minute < 60 && second < 60;
  if (!isTime || !isDay(year, month, day)) return Number.NaN;
  const secondsMs = hour * 3_600_000 + minute * 60_000 + second * 1000;
  let at = start + SECONDS_LENGTH;
  let fractionMs = 0;
  if (at < end && bytes[at] === DOT) {
    const fraction = at + 1;
    let scale = 100;
    for (at = fraction; at < end && isDigit(bytes[at]!); at++) {
      fractionMs += (bytes[at]! - ZERO) * scale;
      scale = scale === 1 ? 0 : scale / 10;
    }
    if (at === fraction || at - fraction > FRACTION_DIGITS_MAX) return Number.NaN;
  }
  return daysSince1970(year, month, day) * DAY_MS + secondsMs + fractionMs - zoneMs(bytes, at, end);
}

/** How far the zone at `bytes[at .. end)` is ahead of UTC; NaN where it is not `Z`, nothing or `+hh:mm`. */
function zoneMs(bytes: Uint8Array, at: number, end: number): number {
  const length = end - at;
  if (length === 0 || (length === 1 && bytes[at] === LETTER_Z)) return 0;
  const sign = bytes[at] === PLUS ? 1 : -1;
  if (length !== 6 || (sign < 0 && bytes[at] !== HYPHEN) || bytes[at + 3] !== COLON) {
    return Number.NaN;
  }
  const hours = twoDigits(bytes, at + 1);
  const minutes = twoDigits(bytes, at + 4);
  return hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN;
}

function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1)) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= MONTH_DAYS[month - 1]! + (isLeap && month === 2 ? 1 : 0);
}

/** Of the proleptic Gregorian calendar; years are counted from March, so that a leap day is a year's last. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const marchMonth = month <= 2 ? month + 9 : month - 3;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}

/** NaN where there are not two digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]!;
  const ones = bytes[at + 1]!;
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : Number.NaN;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}
