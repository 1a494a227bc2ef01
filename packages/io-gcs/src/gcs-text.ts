/** The text of one object, for what is read again and again, such as definitions. */
import { WindrowError } from '@windrow/core';
import type { ReadText } from '@windrow/io';
import type { GcsOptions } from './gcs-source.ts';
import { objectPlace } from './internal/object-place.ts';
import { Objects } from './internal/objects.ts';
import { TRYING } from './internal/trying.ts';

const TEXT_BYTES_MAX = 64 << 20;

/**
 * Reads an object as UTF-8; its generation is the validator. A `TextReader` of definitions.
 * @param known the validator of the last reading: null is given back while the object still has that generation
 * @throws WindrowError USAGE for what is no such URI, INPUT where there is no object, or it cannot be read or is too large
 */
export async function gcsText(
  uri: string,
  known: string | null = null,
  options: GcsOptions = {},
): Promise<ReadText | null> {
  const { bucket, name } = objectPlace(uri);
  const objects = new Objects(bucket, { ...TRYING, ...options.trying });
  const info = await objects.info(name);
  if (info === null) throw new WindrowError('INPUT', `${uri}: there is no such object`);
  if (info.generation === known) return null;
  if (info.sizeBytes > TEXT_BYTES_MAX) {
    throw new WindrowError(
      'INPUT',
      `${uri}: found ${info.sizeBytes} bytes, expected at most ${TEXT_BYTES_MAX}`,
    );
  }
  const bytes = await objects.range(name, info.generation, 0, info.sizeBytes);
  return { text: Buffer.from(bytes).toString('utf8'), validator: info.generation };
}
