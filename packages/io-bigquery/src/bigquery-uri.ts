/**
 * URIs of BigQuery.
 *
 *     bigquery://PROJECT.DATASET.TABLE?name=value&...
 *     bigquery-query:SELECT ...
 *     bigquery-query://PROJECT?name=value&...#SELECT ...
 *
 * Values are percent-encoded as in any URI; SQL after the `#` (or right after the colon) is taken as it is written.
 */
import { WindrowError, found, parseTime } from '@windrow/core';
import type { SampleColumnNames } from '@windrow/io';

export interface TableName {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

export const COMPRESSIONS = ['none', 'lz4', 'zstd'] as const;
/** How the buffers of Arrow batches are compressed on their way. */
export type Compression = (typeof COMPRESSIONS)[number];

/** How samples are read, from a table or from the result of a query. */
export interface ReadParameters {
  /** Columns; a timestamp that is not given is `timestamp_ms`, or `timestamp` where there is no such column. */
  readonly columns: Omit<SampleColumnNames, 'timestamp'> & { readonly timestamp: string | null };
  /** SQL that a row must fulfil beside the range, or null. */
  readonly filter: string | null;
  /** The table as it was then (ms), or null for now. */
  readonly snapshotMs: number | null;
  /** At most so many streams, each of them a split; the service may give fewer. */
  readonly streams: number;
  /** The project that pays for sessions and queries; null: the table's, or that of the credentials. */
  readonly parent: string | null;
  readonly compression: Compression;
}

export type SourceUri =
  | { readonly kind: 'table'; readonly name: TableName; readonly read: ReadParameters }
  | {
      readonly kind: 'query';
      readonly sql: string;
      /** Where the query runs; null: where its tables are. */
      readonly location: string | null;
      readonly read: ReadParameters;
    };

export const WRITE_MODES = ['merge', 'append'] as const;
/** `merge`: by name, so that writing again changes nothing; `append`: rows are added. */
export type WriteMode = (typeof WRITE_MODES)[number];

export interface SinkUri {
  readonly name: TableName;
  /** The project that pays for the merge; null: the table's. */
  readonly parent: string | null;
  /** Makes the table where it is missing. */
  readonly create: boolean;
  readonly write: WriteMode;
}

const STREAMS_MAX = 1000;
const STREAMS_DEFAULT = 4;
const READ_NAMES = [
  'metric_id',
  'timestamp',
  'value',
  'filter',
  'snapshot',
  'streams',
  'parent',
  'compression',
];

/** @throws WindrowError USAGE for what is none of the forms above */
export function parseSourceUri(uri: string): SourceUri {
  const query = /^bigquery-query:(?:\/\/([^?#]*)(?:\?([^#]*))?#)?(.*)$/is.exec(uri);
  if (query !== null) {
    const [, project, search = '', sql] = query;
    if (sql!.trim() === '' || sql!.startsWith('//')) {
      throw new WindrowError(
        'USAGE',
        `${uri}: found no SQL, expected bigquery-query:SELECT ... or bigquery-query://PROJECT?name=value#SELECT ...`,
      );
    }
    const values = parametersOf(uri, search, [...READ_NAMES, 'location']);
    const read = readParameters(uri, values);
    refuseForQueries(uri, read);
    const parent = read.parent ?? (project === undefined || project === '' ? null : project);
    return {
      kind: 'query',
      sql: sql!,
      location: values.get('location') ?? null,
      read: { ...read, parent },
    };
  }
  const [name, search] = splitTable(uri);
  return { kind: 'table', name, read: readParameters(uri, parametersOf(uri, search, READ_NAMES)) };
}

/** @throws WindrowError USAGE for what is no table, or has a parameter that sinks do not know */
export function parseSinkUri(uri: string): SinkUri {
  const [name, search] = splitTable(uri);
  const values = parametersOf(uri, search, ['parent', 'create', 'write']);
  const create = oneOf(uri, 'create', values.get('create') ?? '0', ['0', '1']);
  return {
    name,
    parent: values.get('parent') ?? null,
    create: create === '1',
    write: oneOf(uri, 'write', values.get('write') ?? 'merge', WRITE_MODES),
  };
}

/** `project.dataset.table`, as SQL has it between backticks. */
export function formatTable({ project, dataset, table }: TableName): string {
  return `${project}.${dataset}.${table}`;
}

/** As the Storage services name a table. */
export function tablePath({ project, dataset, table }: TableName): string {
  return `projects/${project}/datasets/${dataset}/tables/${table}`;
}

function splitTable(uri: string): readonly [TableName, string] {
  // A project may have a domain before a colon; neither dataset nor table has a dot.
  const match = /^bigquery:\/\/([^?#/`]+)\.([^?#/.`]+)\.([^?#/.`]+)(?:\?([^#]*))?$/i.exec(uri);
  if (match === null) {
    throw new WindrowError(
      'USAGE',
      `found ${found(uri)}, expected bigquery://PROJECT.DATASET.TABLE?name=value (a # in a value is written %23)`,
    );
  }
  const [project, dataset, table] = match.slice(1, 4).map(decodeURIComponent);
  return [{ project: project!, dataset: dataset!, table: table! }, match[4] ?? ''];
}

function parametersOf(uri: string, search: string, known: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (!known.includes(name)) {
      throw new WindrowError(
        'USAGE',
        `${uri}: found the parameter ${found(name)}, expected one of ${known.join(', ')}`,
      );
    }
    if (values.has(name) || value === '') {
      const what = values.has(name) ? 'twice' : 'without a value';
      throw new WindrowError('USAGE', `${uri}: found the parameter ${name} ${what}`);
    }
    values.set(name, value);
  }
  return values;
}

function readParameters(uri: string, values: ReadonlyMap<string, string>): ReadParameters {
  const streams = values.get('streams') ?? String(STREAMS_DEFAULT);
  if (!/^\d{1,4}$/.test(streams) || Number(streams) < 1 || Number(streams) > STREAMS_MAX) {
    throw new WindrowError(
      'USAGE',
      `${uri}: streams: found ${found(streams)}, expected an integer from 1 to ${STREAMS_MAX}`,
    );
  }
  const snapshot = values.get('snapshot');
  return {
    columns: {
      metricId: values.get('metric_id') ?? 'metric_id',
      timestamp: values.get('timestamp') ?? null,
      value: values.get('value') ?? 'value',
    },
    filter: values.get('filter') ?? null,
    snapshotMs: snapshot === undefined ? null : parseTime(snapshot, `${uri}: snapshot`),
    streams: Number(streams),
    parent: values.get('parent') ?? null,
    compression: oneOf(uri, 'compression', values.get('compression') ?? 'none', COMPRESSIONS),
  };
}

/** What a query says better itself. */
function refuseForQueries(uri: string, read: ReadParameters): void {
  const name = read.snapshotMs !== null ? 'snapshot' : read.filter !== null ? 'filter' : null;
  if (name === null) return;
  const instead = name === 'snapshot' ? 'FOR SYSTEM_TIME AS OF' : 'WHERE';
  throw new WindrowError(
    'USAGE',
    `${uri}: found the parameter ${name}, which is for tables: write ${instead} in the query`,
  );
}

function oneOf<Value extends string>(
  uri: string,
  name: string,
  value: string,
  known: readonly Value[],
): Value {
  const match = known.find((each) => each === value);
  if (match === undefined) {
    throw new WindrowError(
      'USAGE',
      `${uri}: ${name}: found ${found(value)}, expected one of ${known.join(', ')}`,
    );
  }
  return match;
}
