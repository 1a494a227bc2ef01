/** `google.cloud.bigquery.storage.v1.BigQueryRead` from the official protos, over the fake's tables. */
import { setTimeout as sleep } from 'node:timers/promises';
import { protos } from '@google-cloud/bigquery-storage';
import { ArrowMessages, type Compression } from './arrow-messages.ts';
import { GrpcStatus, STATUS, type GrpcCall, type GrpcHandler } from './grpc-server.ts';
import { rowFilter } from './restriction.ts';
import type { FakeTable, FakeTables, Row } from './tables.ts';

const v1 = protos.google.cloud.bigquery.storage.v1;
type SessionRequest = protos.google.cloud.bigquery.storage.v1.ICreateReadSessionRequest;

export type ReadFault =
  | 'unavailable'
  | 'internal'
  | 'deadline'
  | 'aborted'
  | 'denied'
  | 'expired'
  | 'reset'
  | 'cut'
  | 'slow'
  | 'garbage'
  /** The rows are there, the count that comes with them is wrong. */
  | 'miscounted';

export interface ReadHooks {
  /** Asked before each response, with its number within the call (0: before the first), and once after the last. */
  fault: (stream: string, offset: number, response: number) => ReadFault | null;
  /** Asked for each `CreateReadSession`. */
  sessionFault: (attempt: number) => 'unavailable' | 'denied' | null;
  /** Rows of the next message. */
  batchRows: () => number;
  /** An offset behind the last row is an error, as the service's documentation leaves open. */
  refuseEnd: boolean;
}

/** What was asked for. */
export interface SessionRecord {
  readonly parent: string;
  readonly table: string;
  readonly fields: readonly string[];
  readonly restriction: string;
  readonly maxStreams: number;
  readonly snapshotMs: number | null;
  readonly compression: Compression;
  readonly dataFormat: string;
  readonly routing: string;
}

export interface ReadRecord {
  readonly stream: string;
  readonly offset: number;
  readonly routing: string;
  /** Responses sent, and bytes of their batches. */
  responses: number;
  sizeBytes: number;
}

interface Session {
  readonly messages: ArrowMessages;
  readonly repeat: number;
  readonly streams: readonly (readonly Row[])[];
  /** Encoded responses of a table that is sent over and over. */
  readonly encoded: Map<string, Uint8Array>;
}

const COMPRESSIONS: readonly Compression[] = ['none', 'lz4', 'zstd'];
const STREAMS_DEFAULT = 3;

export class ReadService {
  readonly sessions: SessionRecord[] = [];
  readonly reads: ReadRecord[] = [];
  readonly hooks: ReadHooks;
  readonly #tables: FakeTables;
  readonly #live: Map<string, Session> = new Map();
  #attempts = 0;

  constructor(tables: FakeTables, hooks: ReadHooks) {
    this.#tables = tables;
    this.hooks = hooks;
  }

  handlers(): Record<string, GrpcHandler> {
    const service = '/google.cloud.bigquery.storage.v1.BigQueryRead';
    return {
      [`${service}/CreateReadSession`]: (call) => this.#create(call),
      [`${service}/ReadRows`]: (call) => this.#read(call),
    };
  }

  async #create(call: GrpcCall): Promise<void> {
    for await (const bytes of call.messages()) {
      const request = v1.CreateReadSessionRequest.decode(bytes);
      const fault = this.hooks.sessionFault(this.#attempts++);
      if (fault === 'unavailable') throw new GrpcStatus(STATUS.unavailable, 'try again');
      if (fault === 'denied') {
        throw new GrpcStatus(STATUS.permissionDenied, 'no bigquery.readsessions.create');
      }
      await call.send(v1.ReadSession.encode(this.#open(request, call.routing)).finish());
    }
  }

  #open(
    request: SessionRequest,
    routing: string,
  ): protos.google.cloud.bigquery.storage.v1.IReadSession {
    const asked = request.readSession!;
    const options = asked.readOptions ?? {};
    const name = asked.table ?? '';
    const table = this.#tables.ofPath(
      name,
      (of) => new GrpcStatus(STATUS.notFound, `Not found: Table ${of}`),
    );
    const restriction = options.rowRestriction ?? '';
    const compression =
      COMPRESSIONS[Number(options.arrowSerializationOptions?.bufferCompression ?? 0)]!;
    const seconds = asked.tableModifiers?.snapshotTime?.seconds ?? null;
    const nanos = asked.tableModifiers?.snapshotTime?.nanos ?? 0;
    const maxStreams = request.maxStreamCount ?? 0;
    this.sessions.push({
      parent: request.parent ?? '',
      table: name,
      fields: options.selectedFields ?? [],
      restriction,
      maxStreams,
      snapshotMs: seconds === null ? null : Number(seconds) * 1000 + nanos / 1e6,
      compression,
      dataFormat: v1.DataFormat[Number(asked.dataFormat ?? 0)]!,
      routing,
    });
    const fields = table.fields.filter((field) => options.selectedFields?.includes(field.name));
    const filter = filterOf(restriction);
    const rows = table.rows.filter(filter);
    const messages = new ArrowMessages(fields, compression);
    const session = `${request.parent}/locations/eu/sessions/s${this.#live.size}`;
    const streams = dealOut(rows, maxStreams === 0 ? STREAMS_DEFAULT : maxStreams);
    this.#live.set(session, { messages, repeat: table.repeat, streams, encoded: new Map() });
    return {
      name: session,
      table: name,
      dataFormat: asked.dataFormat ?? null,
      arrowSchema: { serializedSchema: messages.schema },
      streams: streams.map((_, i) => ({ name: `${session}/streams/${i}` })),
      estimatedRowCount: rows.length * table.repeat,
      estimatedTotalBytesScanned: scannedBytes(table, fields.length),
    };
  }

  async #read(call: GrpcCall): Promise<void> {
    for await (const bytes of call.messages()) {
      const request = v1.ReadRowsRequest.decode(bytes);
      const record: ReadRecord = {
        stream: request.readStream,
        offset: Number(request.offset),
        routing: call.routing,
        responses: 0,
        sizeBytes: 0,
      };
      this.reads.push(record);
      await this.#send(call, record);
    }
  }

  async #send(call: GrpcCall, record: ReadRecord): Promise<void> {
    const [name, index] = record.stream.split('/streams/');
    const session = this.#live.get(name!);
    const rows = session?.streams[Number(index)];
    if (session === undefined || rows === undefined) {
      throw new GrpcStatus(STATUS.notFound, `no stream ${record.stream}`);
    }
    const total = rows.length * session.repeat;
    if (record.offset > total || (this.hooks.refuseEnd && record.offset === total && total > 0)) {
      throw new GrpcStatus(STATUS.outOfRange, `offset ${record.offset} of ${total}`);
    }
    for (let offset = record.offset; !call.closed;) {
      const fault = this.hooks.fault(record.stream, offset, record.responses);
      if (fault === 'slow') await sleep(20);
      else if (fault === 'garbage') return call.send(garbage());
      else if (fault !== null && fault !== 'miscounted' && (await broke(fault, call))) return;
      if (offset >= total) return;
      const local = offset % rows.length;
      const count = Math.min(this.hooks.batchRows(), rows.length - local);
      const response = responseOf(session, rows, local, count, fault === 'miscounted');
      await call.send(response);
      record.responses++;
      record.sizeBytes += response.length;
      offset += count;
    }
  }
}

function filterOf(restriction: string): (row: Row) => boolean {
  try {
    return rowFilter(restriction);
  } catch (error) {
    throw new GrpcStatus(STATUS.invalidArgument, `row_restriction: ${String(error)}`);
  }
}

/** Rows in blocks of 7, block by block to each stream: neither in order of time nor by key. */
function dealOut(rows: readonly Row[], streamCount: number): Row[][] {
  if (rows.length === 0) return [];
  const streams: Row[][] = Array.from({ length: Math.min(streamCount, rows.length) }, () => []);
  for (const [i, row] of rows.entries()) {
    streams[Math.floor(i / 7) % streams.length]!.push(row);
  }
  return streams.filter((stream) => stream.length > 0);
}

/** Eight bytes a cell: enough to see that columns which are not asked for cost nothing. */
function scannedBytes(table: FakeTable, fieldCount: number): number {
  return table.rows.length * table.repeat * fieldCount * 8;
}

function responseOf(
  session: Session,
  rows: readonly Row[],
  start: number,
  count: number,
  isMiscounted: boolean,
): Uint8Array {
  const key = `${start} ${count}`;
  const known = session.encoded.get(key);
  if (known !== undefined) return known;
  const serializedRecordBatch = session.messages.batch(rows.slice(start, start + count));
  const response = v1.ReadRowsResponse.encode({
    arrowRecordBatch: { serializedRecordBatch },
    rowCount: isMiscounted ? count + 1 : count,
    ...(start === 0 ? { arrowSchema: { serializedSchema: session.messages.schema } } : {}),
  }).finish();
  if (session.repeat > 1) session.encoded.set(key, response);
  return response;
}

function garbage(): Uint8Array {
  const serializedRecordBatch = Buffer.from('ffffffff10000000aabbccddeeff0011', 'hex');
  return v1.ReadRowsResponse.encode({
    arrowRecordBatch: { serializedRecordBatch },
    rowCount: 1,
  }).finish();
}

/** Ends the call as the fault says; true where that is no status. */
async function broke(
  fault: Exclude<ReadFault, 'slow' | 'garbage' | 'miscounted'>,
  call: GrpcCall,
): Promise<boolean> {
  if (fault === 'reset' || fault === 'cut') {
    // What was written before is on its way first.
    await sleep(2);
    if (fault === 'reset') call.reset();
    else call.cut();
    return true;
  }
  const statuses = {
    unavailable: [STATUS.unavailable, 'the connection was lost'],
    internal: [STATUS.internal, 'something went wrong; please retry'],
    deadline: [STATUS.deadlineExceeded, 'too slow'],
    aborted: [STATUS.aborted, 'the stream was moved'],
    denied: [STATUS.permissionDenied, 'no bigquery.readsessions.getData'],
    expired: [STATUS.failedPrecondition, 'there was an error: session expired at 12:00'],
  } as const;
  const [code, message] = statuses[fault];
  throw new GrpcStatus(code, message);
}
