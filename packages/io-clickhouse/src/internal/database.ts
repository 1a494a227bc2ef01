/** A ClickHouse to which queries are sent, by its official client: over HTTP, or in this process. */
import {
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
} from '@clickhouse/client';
import { serverError } from './advice.ts';
import type { Query } from './table-queries.ts';
import { Silence } from './silence.ts';

/** What a query is answered by. */
export interface Answer {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Releases the connection, also where not all was read. */
  close(): void;
}

/** For reading Arrow; users who may only read cannot be given any. */
export type Settings = Readonly<Record<string, string | number>>;

export interface DatabaseOptions {
  readonly config: ClickHouseClientConfigOptions;
  /** Makes the client's connection where it is not HTTP. */
  readonly connect?: () => Promise<ClickHouseClientConfigOptions['connection']>;
  /** Ends a query after this time without a byte. */
  readonly silenceMs: number;
}

/** READONLY: the user may not change settings. */
const READONLY = '164';

export class Database {
  readonly #options: DatabaseOptions;
  #client: Promise<ClickHouseClient> | null = null;
  #mayChangeSettings = true;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** Whether it runs in this process. */
  get isEmbedded(): boolean {
    return this.#options.connect !== undefined;
  }

  /** The rows of a small result; the query ends in FORMAT JSONCompact. */
  async rows(query: Query): Promise<unknown[][]> {
    const answer = await this.send(query, {});
    const parts: Uint8Array[] = [];
    try {
      for await (const chunk of answer.chunks) parts.push(chunk);
    } finally {
      answer.close();
    }
    const text = Buffer.concat(parts).toString('utf8');
    return (JSON.parse(text) as { data: unknown[][] }).data;
  }

  /** Sends a query. Throws what the client throws, or an error that tells of silence. */
  async send(query: Query, settings: Settings): Promise<Answer> {
    const silence = new Silence(this.#options.silenceMs);
    try {
      const client = await this.#open();
      const { stream } = await this.#exec(client, query, settings, silence.signal);
      silence.signal.addEventListener('abort', () => stream.destroy(silence.reason()));
      return {
        chunks: heard(stream, silence),
        close: () => {
          silence.rest();
          stream.destroy();
        },
      };
    } catch (error) {
      silence.rest();
      throw silence.signal.aborted ? silence.reason() : error;
    }
  }

  /**
   * After a failure: of the embedded database the next query gets a new connection, since the old one may still hold rows of the
   * failed one. A connection over HTTP that failed is not used again anyway.
   */
  async renew(): Promise<void> {
    if (this.isEmbedded) await this.close();
  }

  /** Releases everything; the next query opens it again. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.then((open) => open.close()).catch(() => undefined);
  }

  #open(): Promise<ClickHouseClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<ClickHouseClient> {
    const { config, connect } = this.#options;
    const connection = await connect?.();
    return createClient({
      application: 'windrow',
      log: { level: ClickHouseLogLevel.OFF },
      ...config,
      ...(connection === undefined ? {} : { connection }),
    });
  }

  async #exec(
    client: ClickHouseClient,
    { sql, params }: Query,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<{ readonly stream: NodeJS.ReadableStream & { destroy(error?: Error): void } }> {
    const send = (): ReturnType<ClickHouseClient['exec']> =>
      client.exec({
        query: sql,
        query_params: { ...params },
        clickhouse_settings: this.#mayChangeSettings ? { ...settings } : {},
        abort_signal: signal,
      });
    try {
      return await send();
    } catch (error) {
      const isReadonly = serverError(error)?.code === READONLY;
      if (!isReadonly || !this.#mayChangeSettings) throw error;
      this.#mayChangeSettings = false;
      return send();
    }
  }
}

/** The chunks of an answer; silence counts only while one is waited for. */
async function* heard(
  stream: AsyncIterable<unknown>,
  silence: Silence,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    silence.rest();
    yield chunk as Uint8Array;
    silence.listen();
  }
}
