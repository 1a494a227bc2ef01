/**
 * Requests to Cloud Storage's JSON API: where it is and who asks is Google's client's business (application default credentials,
 * `STORAGE_EMULATOR_HOST`), the connection is Node's own, so that a request that falls silent can be ended at any point of it.
 */
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Storage } from '@google-cloud/storage';
import { messageOf } from '@windrow/core';
import { StatusError, untilSilent, type Heard } from './trying.ts';

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the endpoint. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream that is made for this request. */
  readonly body?: Readable;
}

/** Bytes of an answer that are read where a text is expected, and of the text of an error. */
const TEXT_BYTES_MAX = 256 << 20;
/** What the client says where it finds none, or none that hold; anything else may be the network. */
const NO_CREDENTIALS = /credentials|does not exist|ENOENT|invalid_grant|not a file/i;

export class Wire {
  readonly #storage: Storage = new Storage();
  readonly #silenceMs: number;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** The JSON of an answer. Throws StatusError for another status than 2xx. */
  async json(request: WireRequest): Promise<unknown> {
    return untilSilent(this.#silenceMs, async (heard, signal) => {
      const answer = await this.#send(request, heard, signal);
      const text = await textOf(answer, heard);
      return text === '' ? null : (JSON.parse(text) as unknown);
    });
  }

  /** Fills `out` with the body of an answer, which must be exactly as long. Throws StatusError. */
  async download(request: WireRequest, out: Uint8Array): Promise<void> {
    await untilSilent(this.#silenceMs, async (heard, signal) => {
      const answer = await this.#send(request, heard, signal);
      let length = 0;
      for await (const part of answer) {
        heard();
        const chunk = part as Uint8Array;
        if (length + chunk.length > out.length) throw new Error('more bytes than were asked for');
        out.set(chunk, length);
        length += chunk.length;
      }
      if (length < out.length) {
        throw new Error(`the answer ended after ${length} of ${out.length} bytes`);
      }
    });
  }

  async #send(wanted: WireRequest, heard: Heard, signal: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(`${this.#storage.apiEndpoint}${wanted.path}`);
    for (const [key, value] of Object.entries(wanted.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    const headers = { ...(await this.#credentials(url)), ...wanted.headers };
    const request = url.protocol === 'https:' ? requestSecure : requestPlain;
    const outgoing = request(url, { method: wanted.method, headers, signal });
    const incoming = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve).on('error', reject);
    });
    // An answer may come, or the connection break, before all was sent.
    incoming.catch(() => undefined);
    const body = wanted.body ?? Readable.from([]);
    body.on('data', heard);
    const sending = pipeline(body, outgoing).catch(() => undefined);
    const answer = await incoming;
    heard();
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      await sending;
      return answer;
    }
    body.destroy();
    throw new StatusError(status, reasonOf(await textOf(answer, heard)));
  }

  async #credentials(url: URL): Promise<Record<string, string>> {
    // An emulator wants none, and there are none to be found beside it.
    if (!this.#storage.apiEndpoint.startsWith('https://storage.')) return {};
    try {
      const headers = await this.#storage.authClient.getRequestHeaders(url);
      return Object.fromEntries(headers.entries());
    } catch (error) {
      const message = messageOf(error);
      throw NO_CREDENTIALS.test(message) ? new StatusError(401, message) : error;
    }
  }
}

async function textOf(answer: IncomingMessage, heard: Heard): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer) {
    heard();
    length += (part as Uint8Array).length;
    if (length > TEXT_BYTES_MAX) throw new Error(`an answer of more than ${TEXT_BYTES_MAX} bytes`);
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The API's words in the body of an error. */
function reasonOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: string } };
    return error?.message ?? text;
  } catch (error) {
    return text === '' ? messageOf(error) : text;
  }
}
