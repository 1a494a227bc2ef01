/**
 * `chdb:`: ClickHouse in this process, over a folder of its own (`chdb:FOLDER?table=database.table`) or over files of Parquet
 * and other formats (`chdb:GLOB.parquet`).
 */
import { resolve } from 'node:path';
import { WindrowError } from '@windrow/core';
import { quoted } from './internal/column-types.ts';
import { connectChdb } from './internal/load-chdb.ts';
import { Database } from './internal/database.ts';
import { arrowSettings, type ClickHouseOptions } from './clickhouse-source.ts';
import { mappingOf } from './table-mapping.ts';
import { ClickHouseTable, type TableSource } from './table-source.ts';

/** An answer comes at once when it is computed; a query that takes longer than a day hangs. */
const SILENCE_MS = 86_400_000;

/** Parquet is read ahead as far as memory allows, which is this process's; by itself it takes 4 GiB. */
const PARQUET_AHEAD_BYTES = 64 << 20;

/**
 * Opens tables of the embedded ClickHouse, which is loaded at the first query. The keys are those of `TableMapping`, and `table`.
 * @throws WindrowError USAGE for a URI that says something else
 */
export function chdbSource(
  uri: string,
  options: Pick<ClickHouseOptions, 'metricIds'> = {},
): TableSource {
  const [, path, query] = /^chdb:([^?]+)(?:\?(.*))?$/s.exec(uri) ?? [];
  if (path === undefined) {
    throw new WindrowError(
      'USAGE',
      `${uri}: expected chdb:FOLDER?table=database.table or chdb:FILES.parquet`,
    );
  }
  const params = new URLSearchParams(query ?? '');
  const mapping = mappingOf(params, uri, ['table']);
  const place = placeOf(path, params.get('table'), uri);
  const database = new Database({
    config: {
      clickhouse_settings: {
        input_format_parquet_memory_high_watermark: String(PARQUET_AHEAD_BYTES),
      },
    },
    connect: () => connectChdb(place.folder, uri),
    silenceMs: SILENCE_MS,
  });
  return new ClickHouseTable(database, {
    uri,
    from: place.from,
    mapping,
    settings: arrowSettings('none'),
    // Nothing lies between that could fail and come back.
    patience: { attempts: 1, firstDelayMs: 0 },
    metricIds: options.metricIds ?? null,
  });
}

interface ChdbPlace {
  readonly folder: string;
  readonly from: string;
}

function placeOf(path: string, table: string | null, uri: string): ChdbPlace {
  if (/\.(?:parquet|pq|arrow|arrows|csv|ndjson|jsonl|native)(?:\.(?:gz|zst|lz4))?$/i.test(path)) {
    if (table !== null) {
      throw new WindrowError('USAGE', `${uri}: found table= with files, expected it with a folder`);
    }
    return { folder: ':memory:', from: `file(${text(resolve(path))})` };
  }
  const [, database, name] = /^([^.]+)\.(.+)$/s.exec(table ?? '') ?? [];
  if (database === undefined || name === undefined) {
    throw new WindrowError(
      'USAGE',
      `${uri}: expected table=database.table, or files with an extension such as .parquet`,
    );
  }
  return { folder: resolve(path), from: `${quoted(database)}.${quoted(name)}` };
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
