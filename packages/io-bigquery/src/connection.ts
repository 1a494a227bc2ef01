/** The official clients, made when they are first needed: application default credentials, or an emulator without any. */
import { BigQuery } from '@google-cloud/bigquery';
import { BigQueryReadClient, BigQueryWriteClient } from '@google-cloud/bigquery-storage';
import { PassThroughClient } from 'google-auth-library';
import { GoogleAuth, googleAuthLibrary, grpc, type ClientOptions } from 'google-gax';
import { WindrowError, found } from '@windrow/core';

/** Where an emulator listens; null: Google's own. */
export interface BigQueryEndpoints {
  /** REST: `http://host:port`. */
  readonly rest: string | null;
  /** The Storage services over plain gRPC: `host:port`. */
  readonly storage: string | null;
}

/**
 * The endpoints that an environment names: `BIGQUERY_EMULATOR_HOST` for REST and `BIGQUERY_STORAGE_EMULATOR_HOST` for the
 * Storage services. Emulators get no credentials.
 */
export function bigQueryEndpoints(
  environment: Readonly<Record<string, string | undefined>>,
): BigQueryEndpoints {
  return {
    rest: environment['BIGQUERY_EMULATOR_HOST'] ?? null,
    storage: environment['BIGQUERY_STORAGE_EMULATOR_HOST'] ?? null,
  };
}

export interface ConnectionOptions {
  /** Default: Google's own. */
  readonly endpoints?: BigQueryEndpoints;
  /** For requests that name no project; default: that of the credentials. */
  readonly project?: string;
}

/** A connection that is dead without saying so is found out: the call on it breaks, and is made again. */
const KEEPALIVE = {
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
} as const;

export class BigQueryConnection {
  readonly #options: ConnectionOptions;
  #rest: BigQuery | null = null;
  #reader: BigQueryReadClient | null = null;
  #writer: BigQueryWriteClient | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get rest(): BigQuery {
    const endpoint = this.#options.endpoints?.rest ?? null;
    const { project } = this.#options;
    this.#rest ??= new BigQuery({
      ...(project === undefined ? {} : { projectId: project }),
      ...(endpoint === null ? {} : { apiEndpoint: endpoint, authClient: new PassThroughClient() }),
    });
    return this.#rest;
  }

  get reader(): BigQueryReadClient {
    this.#reader ??= new BigQueryReadClient(this.#storageOptions());
    return this.#reader;
  }

  get writer(): BigQueryWriteClient {
    this.#writer ??= new BigQueryWriteClient(this.#storageOptions());
    return this.#writer;
  }

  /** The project of the options, or of the credentials. */
  async project(): Promise<string> {
    return this.#options.project ?? (await this.rest.getProjectId());
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader?.close(), this.#writer?.close()]);
    this.#reader = null;
    this.#writer = null;
  }

  #storageOptions(): ClientOptions {
    const endpoint = this.#options.endpoints?.storage ?? null;
    if (endpoint === null) return { fallback: false, ...KEEPALIVE };
    const match = /^([^:/]+|\[[^\]]+\]):(\d+)$/.exec(endpoint);
    if (match === null) {
      throw new WindrowError(
        'USAGE',
        `BIGQUERY_STORAGE_EMULATOR_HOST: found ${found(endpoint)}, expected host:port`,
      );
    }
    return {
      fallback: false,
      ...KEEPALIVE,
      apiEndpoint: match[1]!,
      port: Number(match[2]),
      sslCreds: grpc.credentials.createInsecure(),
      // Without one the client would look for credentials all the same.
      auth: new GoogleAuth({ authClient: new googleAuthLibrary.PassThroughClient() }),
    };
  }
}
