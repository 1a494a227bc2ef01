/**
 * Models in Cloud Storage. Where it is and who asks is the business of Google's client, which honours `STORAGE_EMULATOR_HOST` and finds its
 * credentials as everywhere; the requests are made here, since the client's streams cannot be ended while they wait: each attempt of theirs
 * goes on behind the one that was given up.
 *
 * An object is named with its generation, so that another content is another file. What the store says of it (its size and MD5 or CRC32C,
 * or `sha256` in its custom metadata) is checked.
 */
import { CRC32C, Storage } from '@google-cloud/storage';
import { WindrowError, messageOf } from '@windrow/core';
import { parseVersion } from '../model-store.ts';
import { pathFault } from './relative-path.ts';
import type { RemoteFile, RemoteFiles, RemoteListing } from './remote-files.ts';
import { RemoteFailure, answerOf, bodyOf, bytesOf } from './remote-request.ts';
import { StallGuard } from './stall-guard.ts';

const OBJECTS_MAX = 1_000_000;
const PAGE_BYTES_MAX = 64 << 20;
const FIELDS = 'items(name,generation,size,md5Hash,crc32c,metadata),nextPageToken';

/** What is worth a word beside the answer. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'are there credentials? (application default credentials: gcloud auth application-default login, or a service account)',
  403: 'the account needs roles/storage.objectViewer on the bucket',
  404: 'is the name of the bucket right, and is the object still there?',
};

/** As the JSON API describes an object. */
interface GcsObject {
  readonly name?: string;
  readonly generation?: string;
  readonly size?: string;
  readonly md5Hash?: string;
  readonly crc32c?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

interface Page {
  readonly items?: readonly GcsObject[];
  readonly nextPageToken?: string;
}

interface Listed {
  readonly versions: Map<number, Map<string, RemoteFile>>;
  readonly notes: Set<string>;
}

export class GcsFiles implements RemoteFiles {
  readonly uri: string;
  readonly #storage: Storage = new Storage();
  readonly #bucket: string;
  /** Empty, or with a slash at its end. */
  readonly #prefix: string;
  readonly #timeoutMs: number;

  constructor(bucket: string, prefix: string, timeoutMs: number) {
    this.uri = `gs://${bucket}/${prefix}`;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#timeoutMs = timeoutMs;
  }

  async list(): Promise<RemoteListing> {
    const models = new Map<string, Listed>();
    let objects = 0;
    let pageToken: string | undefined;
    do {
      const page = await this.#page(pageToken);
      for (const object of page.items ?? []) this.#add(object, models);
      objects += page.items?.length ?? 0;
      if (objects > OBJECTS_MAX) {
        throw new WindrowError('MODEL', `${this.uri}: found more than ${OBJECTS_MAX} objects`);
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return new Map(
      [...models].map(([identifier, { versions, notes }]) => [
        identifier,
        { versions, notes: [...notes] },
      ]),
    );
  }

  async *read(file: RemoteFile): AsyncIterable<Uint8Array> {
    const { place } = file;
    const [name, generation] = objectOf(place, this.#bucket);
    const url = this.#url(`/${encodeURIComponent(name)}`, { alt: 'media', generation });
    const guard = new StallGuard(this.#timeoutMs, place);
    // MD5 is checked by who reads; composed objects have none.
    const { crc32c } = file;
    const crc = file.md5 === null && crc32c !== null ? new CRC32C() : null;
    try {
      for await (const chunk of bodyOf(await this.#answer(url, place, guard), place, guard)) {
        crc?.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
        yield chunk;
      }
    } catch (error) {
      throw advised(error);
    } finally {
      guard.end();
    }
    if (crc !== null && crc32c !== null && !crc.validate(crc32c)) {
      throw new WindrowError(
        'MODEL',
        `${place}: found another CRC32C than ${crc32c}, as the store says of it; the download was damaged`,
      );
    }
  }

  async #page(pageToken: string | undefined): Promise<Page> {
    const url = this.#url('', { prefix: this.#prefix, fields: FIELDS, pageToken });
    const guard = new StallGuard(this.#timeoutMs, this.uri);
    try {
      const answer = await this.#answer(url, this.uri, guard);
      const bytes = await bytesOf(answer, this.uri, guard, PAGE_BYTES_MAX);
      return JSON.parse(bytes.toString('utf8')) as Page;
    } catch (error) {
      if (error instanceof WindrowError) throw advised(error);
      throw new WindrowError('MODEL', `${this.uri}: cannot be listed: ${messageOf(error)}`, {
        cause: error,
      });
    } finally {
      guard.end();
    }
  }

  /** Of the bucket's objects, or of one. */
  #url(object: string, query: Readonly<Record<string, string | undefined>>): URL {
    const { apiEndpoint } = this.#storage;
    const url = new URL(
      `${apiEndpoint}/storage/v1/b/${encodeURIComponent(this.#bucket)}/o${object}`,
    );
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    return url;
  }

  async #answer(url: URL, place: string, guard: StallGuard): Promise<Response> {
    return answerOf(url, place, await this.#credentials(url), guard);
  }

  async #credentials(url: URL): Promise<Record<string, string>> {
    // An emulator wants none, and there are none to be found beside it.
    if (!this.#storage.apiEndpoint.startsWith('https://storage.')) return {};
    try {
      const headers = await this.#storage.authClient.getRequestHeaders(url);
      return Object.fromEntries(headers.entries());
    } catch (error) {
      const message = `${this.uri}: found no credentials: ${messageOf(error)}; ${ADVICE[401]}`;
      throw new WindrowError('MODEL', message, { cause: error });
    }
  }

  /** `<prefix><identifier>/<version>/<name>`; others are no models. */
  #add(object: GcsObject, models: Map<string, Listed>): void {
    const { name: path = '', metadata, generation, size, md5Hash } = object;
    const [identifier, text, ...rest] = path.slice(this.#prefix.length).split('/');
    const name = rest.join('/');
    // An empty name is the mark of a folder.
    if (identifier === undefined || identifier === '' || text === undefined || name === '') return;
    const model: Listed = models.get(identifier) ?? { versions: new Map(), notes: new Set() };
    models.set(identifier, model);
    const version = parseVersion(text);
    if (version === null) {
      model.notes.add(
        `${this.uri}${identifier}/${text}: ignored: no version (a positive integer without leading zeros)`,
      );
      return;
    }
    if (pathFault(name) !== null) return;
    const sha256 = metadata?.['sha256'];
    const files = model.versions.get(version) ?? new Map<string, RemoteFile>();
    model.versions.set(version, files);
    files.set(name, {
      place: `gs://${this.#bucket}/${path}#${generation ?? ''}`,
      name,
      sizeBytes: size === undefined ? null : Number(size),
      sha256: sha256 === undefined ? null : sha256.toLowerCase(),
      md5: md5Hash ?? null,
      crc32c: object.crc32c ?? null,
    });
  }
}

function objectOf(place: string, bucket: string): readonly [name: string, generation: string] {
  const at = place.lastIndexOf('#');
  return [place.slice(`gs://${bucket}/`.length, at), place.slice(at + 1)];
}

/** With what to do about it. */
function advised(error: unknown): unknown {
  if (!(error instanceof RemoteFailure)) return error;
  const advice = ADVICE[error.status ?? 0];
  if (advice === undefined) return error;
  return new RemoteFailure(`${error.message}; ${advice}`, error.status, { cause: error });
}
