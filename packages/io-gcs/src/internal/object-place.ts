/** Places in Cloud Storage as URIs say them: `gs://bucket/name`. */
import { WindrowError } from '@windrow/core';

export interface ObjectPlace {
  readonly bucket: string;
  /** Name of an object, prefix or pattern; may be empty. */
  readonly name: string;
}

/** @throws WindrowError USAGE for what is no such URI */
export function objectPlace(uri: string): ObjectPlace {
  const [, bucket, name = ''] =
    /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket !== undefined) return { bucket, name };
  throw new WindrowError('USAGE', `${uri}: expected gs://bucket/name`);
}

/** Whether a name is a pattern. */
export function isPattern(name: string): boolean {
  return /[*?[{]/.test(name);
}

/** The longest beginning of all names that a pattern can match. */
export function patternPrefix(pattern: string): string {
  return pattern.slice(0, pattern.search(/[*?[{]/));
}
