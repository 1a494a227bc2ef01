/** The table that predictions go to: looked at, made where that is asked for, and its staging tables. */
import { WindrowError } from '@windrow/core';
import { formatTable, type SinkUri, type TableName } from '../../bigquery-uri.ts';
import type { BigQueryConnection } from '../../connection.ts';
import { codeOf } from '../../internal/faults.ts';
import {
  createdTable,
  predictionColumns,
  type PredictionColumns,
  type TableColumn,
} from './prediction-columns.ts';

const NOT_FOUND = 404;
const CONFLICT = 409;

export interface PredictionTarget {
  readonly columns: PredictionColumns;
  /** Where the table is, for jobs; null: not told. */
  readonly location: string | null;
}

interface Metadata {
  readonly schema?: { readonly fields?: readonly TableColumn[] };
  readonly location?: string;
}

/**
 * @throws WindrowError OUTPUT where the table is missing and not to be made, or cannot take predictions; else what the client
 *   throws
 */
export async function openTarget(
  connection: BigQueryConnection,
  uri: string,
  { name, create }: SinkUri,
): Promise<PredictionTarget> {
  const found = (await metadataOf(connection, name)) ?? (await made(connection, name, create));
  if (found === null) {
    throw new WindrowError(
      'OUTPUT',
      `${uri}: there is no table ${formatTable(name)}; expected one for predictions: make it, or let it be made with ?create=1`,
    );
  }
  const columns = predictionColumns(formatTable(name), found.schema?.fields ?? []);
  return { columns, location: found.location ?? null };
}

/** Makes a table for the same columns, which removes itself where nobody does. */
export async function createStaging(
  connection: BigQueryConnection,
  name: TableName,
  { columns }: PredictionColumns,
  expiresMs: number,
): Promise<void> {
  const fields = columns.map(({ field }) => ({ ...field }));
  try {
    await datasetOf(connection, name).createTable(name.table, {
      schema: { fields },
      expirationTime: String(expiresMs),
    });
  } catch (error) {
    // The answer to the first try was lost.
    if (codeOf(error) !== CONFLICT) throw error;
  }
}

export async function deleteTable(connection: BigQueryConnection, name: TableName): Promise<void> {
  await datasetOf(connection, name).table(name.table).delete({ ignoreNotFound: true });
}

async function made(
  connection: BigQueryConnection,
  name: TableName,
  create: boolean,
): Promise<Metadata | null> {
  if (!create) return null;
  try {
    await datasetOf(connection, name).createTable(name.table, createdTable());
  } catch (error) {
    // Somebody else made it in the meantime.
    if (codeOf(error) !== CONFLICT) throw error;
  }
  return metadataOf(connection, name);
}

async function metadataOf(
  connection: BigQueryConnection,
  name: TableName,
): Promise<Metadata | null> {
  try {
    const [metadata] = await datasetOf(connection, name).table(name.table).getMetadata();
    return metadata as Metadata;
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) return null;
    throw error;
  }
}

function datasetOf(
  { rest }: BigQueryConnection,
  { dataset, project }: TableName,
): ReturnType<BigQueryConnection['rest']['dataset']> {
  return rest.dataset(dataset, { projectId: project });
}
