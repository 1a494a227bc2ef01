/**
 * Where the text of definitions comes from, when it is read again and again: a file, `http(s)://`, or what is given from outside for
 * another scheme (`gs://`).
 *
 * A version is the SHA-256 of the text, so that a file that was written again with the same content is no change. An ETag, a
 * `Last-Modified` or the file's times only save reading what has not changed.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { WindrowError, messageOf, type Loaded } from '@windrow/core';
import { parseUri } from '../uri.ts';
import { DEFINITIONS_BYTES_MAX, readDefinitionsText, tooLarge } from './read-definitions.ts';

/** A text that was read, and what names its state where it lies (an ETag, a generation); null where nothing does. */
export interface ReadText {
  readonly text: string;
  readonly validator: string | null;
}

/**
 * Reads a text.
 * @param known the validator of the last one; null may be given back where it still holds
 */
export type TextReader = (uri: string, known: string | null) => Promise<ReadText | null>;

const HTTP_TIMEOUT_MS = 30_000;

/** One text that is read again and again. */
export class DefinitionsText {
  readonly uri: string;
  readonly #read: TextReader;
  /** What was read last. */
  #last: { readonly validator: string | null; readonly version: string } | null = null;

  /**
   * @param readers by scheme, beside `file`, `http` and `https`
   * @throws WindrowError USAGE for an unknown scheme
   */
  constructor(uri: string, readers: Readonly<Record<string, TextReader>> = {}) {
    const all = { file: readFileText, http: readHttpText, https: readHttpText, ...readers };
    const { scheme } = parseUri(uri);
    const read = Object.entries(all).find(([name]) => name === scheme)?.[1];
    if (read === undefined) {
      const known = Object.keys(all)
        .map((name) => `${name}:`)
        .join(', ');
      throw new WindrowError(
        'USAGE',
        `${uri}: found the scheme ${scheme}:, expected definitions from one of ${known}`,
      );
    }
    this.uri = uri;
    this.#read = read;
  }

  /**
   * The text, or null where it is known to be of that version still.
   * @throws WindrowError DEFINITION where it cannot be read
   */
  async load(version: string | null): Promise<Loaded<string> | null> {
    const known = version !== null && this.#last?.version === version ? this.#last.validator : null;
    const read = await this.#read(this.uri, known);
    if (read === null) return null;
    const now = createHash('sha256').update(read.text).digest('hex');
    this.#last = { validator: read.validator, version: now };
    return { value: read.text, version: now };
  }
}

async function readFileText(uri: string, known: string | null): Promise<ReadText | null> {
  const path = parseUri(uri).rest;
  const status = await stat(path, { bigint: true }).catch(() => null);
  const validator =
    status === null ? null : `${status.dev} ${status.ino} ${status.size} ${status.mtimeNs}`;
  if (validator !== null && validator === known) return null;
  return { text: await readDefinitionsText(path), validator };
}

async function readHttpText(uri: string, known: string | null): Promise<ReadText | null> {
  const headers: Record<string, string> = { accept: 'application/json, application/yaml, text/*' };
  const [kind, value] = known === null ? [] : splitAt(known, ' ');
  if (kind !== undefined && value !== undefined) headers[kind] = value;
  try {
    const response = await fetch(uri, { headers, signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) });
    if (response.status === 304 && known !== null) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the server answered ${response.status} ${response.statusText}`.trimEnd());
    }
    return { text: await boundedText(response, uri), validator: httpValidator(response.headers) };
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    throw new WindrowError(
      'DEFINITION',
      `${uri}: the definitions cannot be read: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/** The header of the next request, and its value. */
function httpValidator(headers: Headers): string | null {
  const etag = headers.get('etag');
  if (etag !== null) return `if-none-match ${etag}`;
  const modified = headers.get('last-modified');
  return modified === null ? null : `if-modified-since ${modified}`;
}

async function boundedText(response: Response, uri: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > DEFINITIONS_BYTES_MAX) throw tooLarge(uri, sizeBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** `fetch failed` says nothing: its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`;
}
