/** A read session: what is to be read of a table, as streams that can each be read by itself. */
import { protos } from '@google-cloud/bigquery-storage';
import { WindrowError } from '@windrow/core';
import { tablePath, type Compression, type TableName } from '../../bigquery-uri.ts';
import type { BigQueryConnection } from '../../connection.ts';
import { isTransient } from '../../internal/faults.ts';
import { retried, type RetryOptions } from '../../internal/retry.ts';
import type { SampleFields } from './sample-fields.ts';

export interface SessionRequest {
  readonly parent: string;
  readonly table: TableName;
  readonly fields: SampleFields;
  readonly restriction: string;
  readonly snapshotMs: number | null;
  readonly streams: number;
  readonly compression: Compression;
}

export interface ReadSession {
  /** Names of streams; none where no row is there. */
  readonly streams: readonly string[];
  /** An Arrow message. */
  readonly schema: Uint8Array;
  /** By the service's estimate, and of what is asked for only. */
  readonly rows: number;
  readonly sizeBytes: number;
}

const { ArrowSerializationOptions, DataFormat } = protos.google.cloud.bigquery.storage.v1;
const { CompressionCodec } = ArrowSerializationOptions;
const CODECS = {
  none: CompressionCodec.COMPRESSION_UNSPECIFIED,
  lz4: CompressionCodec.LZ4_FRAME,
  zstd: CompressionCodec.ZSTD,
} as const;

/** What the client throws is thrown, after retries. */
export async function createReadSession(
  connection: BigQueryConnection,
  request: SessionRequest,
  retry: RetryOptions,
): Promise<ReadSession> {
  const { names } = request.fields;
  const { snapshotMs, restriction } = request;
  const asked = {
    parent: `projects/${request.parent}`,
    maxStreamCount: request.streams,
    readSession: {
      table: tablePath(request.table),
      dataFormat: DataFormat.ARROW,
      readOptions: {
        selectedFields: [names.metricId, names.timestamp, names.value],
        rowRestriction: restriction,
        arrowSerializationOptions: { bufferCompression: CODECS[request.compression] },
      },
      ...(snapshotMs === null ? {} : { tableModifiers: { snapshotTime: timestampOf(snapshotMs) } }),
    },
  };
  const [session] = await retried(
    () => connection.reader.createReadSession(asked, { retry: null }),
    isTransient,
    retry,
  );
  const schema = session.arrowSchema?.serializedSchema;
  if (!(schema instanceof Uint8Array)) {
    throw new WindrowError('INPUT', `${asked.readSession.table}: a read session without a schema`);
  }
  return {
    streams: (session.streams ?? []).map((stream) => stream.name ?? ''),
    schema,
    rows: Number(session.estimatedRowCount ?? 0),
    sizeBytes: Number(session.estimatedTotalBytesScanned ?? 0),
  };
}

function timestampOf(ms: number): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * 1e6 };
}
