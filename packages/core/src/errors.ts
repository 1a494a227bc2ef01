/**
 * The one error class of Windrow, with a closed set of codes.
 *
 * A message says what was found, what was expected, where (file, row, offset, field) and what to do. A programmer's
 * mistake is no `WindrowError`: it fails an assertion.
 */

/**
 * - `USAGE`: the command line or an option is wrong.
 * - `DEFINITION`: a definitions file does not say what a definition must say.
 * - `MODEL`: a model is missing, cannot be loaded, or does not fit the definition that names it.
 * - `INPUT`: a source cannot be opened or read at all (rows that cannot be read are quarantined, not thrown).
 * - `OUTPUT`: a sink cannot be opened, written or completed.
 * - `FORMAT`: bytes are not what their format demands.
 */
export type ErrorCode = 'USAGE' | 'DEFINITION' | 'MODEL' | 'INPUT' | 'OUTPUT' | 'FORMAT';

/** What users see: a code, and a message that says what, where, expected, and what to do. */
export class WindrowError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'WindrowError';
    this.code = code;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Fails on a programmer's mistake; never used for what comes from outside. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** A short rendering of a value found in a file, for messages: JSON, cut at 80 characters. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return value.toString();
  const text = JSON.stringify(value) ?? `a ${typeof value}`;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
