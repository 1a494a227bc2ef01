/**
 * `clickhouse://user@host:port/database.table?...`: a table on a server, over HTTP.
 */
import { readFileSync } from 'node:fs';
import { WindrowError, messageOf } from '@windrow/core';
import type { ClickHouseClientConfigOptions } from '@clickhouse/client';
import { quoted } from './internal/column-types.ts';
import { Database } from './internal/database.ts';
import type { Patience } from './internal/patience.ts';
import { durationMs, flagOf, mappingOf } from './table-mapping.ts';
import { ClickHouseTable, type TableSource } from './table-source.ts';

export interface ClickHouseOptions {
  /** The metrics that will be asked for: splits then say how many rows they have. Default: not known. */
  readonly metricIds?: readonly string[];
  /** Where `CLICKHOUSE_USER` and `CLICKHOUSE_PASSWORD` are looked up. Default: nowhere. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** How often a query is sent before the run ends. Default: 5 times, after 0.5, 1, 2 and 4 s. */
  readonly patience?: Patience;
}

const OTHERS = ['secure', 'password_file', 'ca', 'cert', 'key', 'compress', 'timeout'];
const PATIENCE: Patience = { attempts: 5, firstDelayMs: 500 };
const SILENCE_MS = 300_000;
const PORT = 8123;
const SECURE_PORT = 8443;

/**
 * Opens a table on a server. Nothing is sent before `splits` or `read`.
 *
 * Keys beside those of `TableMapping`: `secure=1` (https), `ca`, `cert`, `key` (PEM files), `password_file`, `compress=zstd|lz4`
 * (of the answers), `timeout` (of silence; default 300 s).
 * @throws WindrowError USAGE for a URI that says something else; INPUT for a file of it that cannot be read
 */
export function clickhouseSource(uri: string, options: ClickHouseOptions = {}): TableSource {
  const url = parsed(uri);
  const shown = withoutPassword(url);
  const params = url.searchParams;
  const mapping = mappingOf(params, shown, OTHERS);
  const timeout = params.get('timeout');
  const silenceMs = timeout === null ? SILENCE_MS : durationMs(timeout, 'timeout', shown);
  const config = {
    ...connectionOf(url, shown, options.environment ?? {}),
    request_timeout: silenceMs,
  };
  const [database, table] = tableOf(url, shown);
  return new ClickHouseTable(new Database({ config, silenceMs }), {
    uri: shown,
    from: `${quoted(database)}.${quoted(table)}`,
    mapping,
    settings: arrowSettings(compressionOf(params, shown)),
    patience: options.patience ?? PATIENCE,
    metricIds: options.metricIds ?? null,
  });
}

/** How Arrow is to be written: ids by dictionary, so that each is looked up once a block and not once a row. */
export function arrowSettings(compression: string): Record<string, string | number> {
  return {
    output_format_arrow_low_cardinality_as_dictionary: 1,
    output_format_arrow_string_as_string: 1,
    output_format_arrow_compression_method: compression,
  };
}

function parsed(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url !== null && url.protocol === 'clickhouse:' && url.hostname !== '' && url.hash === '') {
    return url;
  }
  const place = url?.hash ? ' (write # as %23)' : '';
  throw new WindrowError(
    'USAGE',
    `${uri}: found no such URI${place}, expected clickhouse://user@host:port/database.table?metric_id=column&...`,
  );
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

function tableOf(url: URL, shown: string): readonly [database: string, table: string] {
  const path = decodeURIComponent(url.pathname.slice(1));
  const dot = path.indexOf('.');
  if (dot > 0 && dot < path.length - 1 && !path.includes('/')) {
    return [path.slice(0, dot), path.slice(dot + 1)];
  }
  throw new WindrowError(
    'USAGE',
    `${shown}: found the path ${url.pathname}, expected /database.table`,
  );
}

function connectionOf(
  url: URL,
  shown: string,
  environment: Readonly<Record<string, string | undefined>>,
): ClickHouseClientConfigOptions {
  const params = url.searchParams;
  const secure = flagOf(params, 'secure', shown);
  const port = url.port === '' ? (secure ? SECURE_PORT : PORT) : url.port;
  const passwordFile = params.get('password_file');
  return {
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${port}`,
    username: decodeURIComponent(url.username) || (environment['CLICKHOUSE_USER'] ?? 'default'),
    password:
      decodeURIComponent(url.password) ||
      (passwordFile === null
        ? (environment['CLICKHOUSE_PASSWORD'] ?? '')
        : fileOf(passwordFile, 'password_file', shown).toString('utf8').trimEnd()),
    ...tlsOf(params, secure, shown),
  };
}

function tlsOf(
  params: URLSearchParams,
  secure: boolean,
  shown: string,
): Pick<ClickHouseClientConfigOptions, 'tls'> {
  const [ca, cert, key] = [params.get('ca'), params.get('cert'), params.get('key')];
  if (ca === null && cert === null && key === null) return {};
  if (!secure || ca === null || (cert === null) !== (key === null)) {
    throw new WindrowError(
      'USAGE',
      `${shown}: found ca, cert or key without the rest, expected secure=1 and ca=FILE, and with a client's certificate cert=FILE and key=FILE too`,
    );
  }
  const ca_cert = fileOf(ca, 'ca', shown);
  if (cert === null || key === null) return { tls: { ca_cert } };
  return { tls: { ca_cert, cert: fileOf(cert, 'cert', shown), key: fileOf(key, 'key', shown) } };
}

function fileOf(path: string, what: string, shown: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new WindrowError('INPUT', `${shown}: ${what}: ${messageOf(error)}`, { cause: error });
  }
}

function compressionOf(params: URLSearchParams, shown: string): string {
  const method = params.get('compress') ?? 'none';
  if (method === 'lz4') return 'lz4_frame';
  if (method === 'none' || method === 'zstd') return method;
  throw new WindrowError(
    'USAGE',
    `${shown}: compress: found ${method}, expected zstd, lz4 or none`,
  );
}
