/** The bytes of a message as its sender wrote them, decompressed where an attribute says that they are compressed. */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { found, messageOf } from '@windrow/core';
import { ENCODING_ATTRIBUTE, type Message } from './message.ts';

/** Most bytes that a message may hold, after decompression. Pub/Sub takes 10 MB as they are sent. */
export const MESSAGE_BYTES_MAX: number = 16 << 20;

export type ContentFound =
  | { readonly bytes: Uint8Array; readonly fault: null }
  | { readonly bytes: null; readonly fault: string };

/** The plain bytes, or why there are none. Nothing beyond MESSAGE_BYTES_MAX is ever allocated. */
export function contentOf(message: Message): ContentFound {
  const encoding = message.attributes[ENCODING_ATTRIBUTE]?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return withinLimit(message.bytes);
  if (encoding !== 'gzip' && encoding !== 'zstd') {
    return faulty(
      `${ENCODING_ATTRIBUTE}: found ${found(encoding)}, expected gzip, zstd or identity`,
    );
  }
  const options = { maxOutputLength: MESSAGE_BYTES_MAX };
  try {
    const bytes =
      encoding === 'gzip'
        ? gunzipSync(message.bytes, options)
        : zstdDecompressSync(message.bytes, options);
    return { bytes, fault: null };
  } catch (error) {
    if (error instanceof RangeError) return tooLong(`more than ${MESSAGE_BYTES_MAX} bytes`);
    return faulty(`found no whole ${encoding} data: ${messageOf(error)}`);
  }
}

function withinLimit(bytes: Uint8Array): ContentFound {
  return bytes.length <= MESSAGE_BYTES_MAX
    ? { bytes, fault: null }
    : tooLong(`${bytes.length} bytes`);
}

function tooLong(what: string): ContentFound {
  return faulty(`found a message of ${what}, expected at most ${MESSAGE_BYTES_MAX}`);
}

function faulty(fault: string): ContentFound {
  return { bytes: null, fault };
}
