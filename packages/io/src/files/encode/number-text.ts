/** Float64 as text that reads back to the same bits (but for the payload of a NaN). */

/** JavaScript prints the shortest text that reads back the same, but drops the sign of -0. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/**
 * The same in JSON, which knows neither: a NaN is null, and an infinity is a number that is too large, which every reader
 * of float64 takes for an infinity.
 */
export function jsonNumber(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  return value === Number.NEGATIVE_INFINITY ? '-1e999' : numberText(value);
}
