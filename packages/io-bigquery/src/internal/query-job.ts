/** Query jobs: run to their end, or estimated. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery, Job } from '@google-cloud/bigquery';
import type { TableName } from '../bigquery-uri.ts';
import { codeOf } from './faults.ts';
import type { RetryOptions } from './retry.ts';

export interface QueryRequest {
  readonly sql: string;
  readonly location: string | null;
  /** A name of its own makes a job run once, however often it is asked for; null: a new one. */
  readonly jobId: string | null;
}

const POLL_MS_MAX = 5000;
const CONFLICT = 409;

/** Runs a query to its end and gives the table with its result (null where it has none). Throws what the client throws. */
export async function runQuery(
  client: BigQuery,
  request: QueryRequest,
  retry: RetryOptions,
): Promise<TableName | null> {
  const job = await startedJob(client, request);
  for (let waitMs = Math.min(retry.waitMs ?? 250, POLL_MS_MAX); ;) {
    const [metadata] = await job.getMetadata();
    const { status, configuration } = metadata;
    if (status?.errorResult !== undefined) {
      throw new Error(status.errorResult.message ?? 'the query failed');
    }
    if (status?.state === 'DONE') {
      const table = configuration?.query?.destinationTable;
      return table === undefined
        ? null
        : {
            project: table.projectId ?? '',
            dataset: table.datasetId ?? '',
            table: table.tableId ?? '',
          };
    }
    await sleep(waitMs);
    waitMs = Math.min(waitMs * 1.5, POLL_MS_MAX);
  }
}

/** Bytes that a query would be charged for. Runs nothing. */
export async function estimateQuery(client: BigQuery, request: QueryRequest): Promise<number> {
  const [job] = await client.createQueryJob({ ...jobOptions(request), dryRun: true });
  return Number(job.metadata.statistics?.totalBytesProcessed ?? 0);
}

async function startedJob(client: BigQuery, request: QueryRequest): Promise<Job> {
  try {
    const [job] = await client.createQueryJob(jobOptions(request));
    return job;
  } catch (error) {
    // An answer was lost, and the job is there.
    if (codeOf(error) !== CONFLICT || request.jobId === null) throw error;
    const location = request.location === null ? {} : { location: request.location };
    return client.job(request.jobId, location);
  }
}

function jobOptions({ sql, location, jobId }: QueryRequest): {
  query: string;
  useLegacySql: false;
  location?: string;
  jobId?: string;
} {
  return {
    query: sql,
    useLegacySql: false,
    ...(location === null ? {} : { location }),
    ...(jobId === null ? {} : { jobId }),
  };
}
