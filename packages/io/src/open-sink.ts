/** Sinks by URI: what all kinds of them share. */
import type { Writable } from 'node:stream';
import { WindrowError, type Sink } from '@windrow/core';
import { AtomicFile } from './files/atomic-file.ts';
import type { Encoder } from './files/encode/encoder.ts';
import { formatOfName, type FormatName } from './files/file-names.ts';
import { FileSink, type FileSinkOptions, type WholeFile } from './files/file-sink.ts';
import { LogSink } from './log/log-sink.ts';
import { parseUri } from './uri.ts';

export interface SinkOptions extends FileSinkOptions {
  /** Where `log:` writes; without it that scheme is refused. */
  readonly log?: Writable;
  /** Other places for files, by scheme without the colon: each opens a file by its whole URI. */
  readonly stores?: Readonly<Record<string, (uri: string) => Promise<WholeFile>>>;
  /** Schemes that the caller opens by itself: for messages. */
  readonly otherSchemes?: readonly string[];
}

/** The forms that one kind of sink can write. */
export interface SinkForms<Batch> {
  /** For messages: `predictions`. */
  readonly what: string;
  readonly encoders: Readonly<Partial<Record<FormatName, () => Encoder<Batch>>>>;
  /** For messages: the extensions of those forms. */
  readonly extensions: string;
}

/**
 * Opens `file:PATH`, a bare path, `log:`, or a file of one of the stores.
 * @throws WindrowError USAGE for another scheme or an extension that names no form, OUTPUT for a folder or a place that cannot
 *   be written
 */
export async function openSink<Batch>(
  uri: string,
  forms: SinkForms<Batch>,
  options: SinkOptions,
): Promise<Sink<Batch>> {
  const { scheme, rest } = parseUri(uri);
  if (scheme === 'log' && options.log !== undefined) {
    const ndjson = forms.encoders.ndjson;
    if (ndjson !== undefined) return new LogSink(uri, options.log, ndjson());
  }
  const { stores = {} } = options;
  const create = Object.hasOwn(stores, scheme) ? stores[scheme] : undefined;
  if (scheme !== 'file' && create === undefined) {
    const own = ['file', ...(options.log === undefined ? [] : ['log'])];
    const all = [...own, ...Object.keys(stores), ...(options.otherSchemes ?? [])];
    const known = all.map((name) => `${name}:`).join(', ');
    throw new WindrowError(
      'USAGE',
      `${uri}: found the scheme ${scheme}:, expected one of ${known} for ${forms.what}`,
    );
  }
  const named = formatOfName(rest);
  const encoder = named === null ? undefined : forms.encoders[named.format];
  if (named === null || encoder === undefined) {
    throw new WindrowError(
      'USAGE',
      `${rest}: the extension names no form for ${forms.what}, expected one of ${forms.extensions}`,
    );
  }
  const file =
    create === undefined ? await AtomicFile.create(rest, options.temporaryId) : await create(uri);
  return new FileSink(uri, file, encoder(), named.compression);
}
