/** `google.cloud.bigquery.storage.v1.BigQueryWrite` from the official protos: pending streams with offsets. */
import { protos } from '@google-cloud/bigquery-storage';
import { GrpcStatus, STATUS, type GrpcCall, type GrpcHandler } from './grpc-server.ts';
import { RowDecoder } from './row-decoder.ts';
import type { FakeTables, Row } from './tables.ts';

const v1 = protos.google.cloud.bigquery.storage.v1;
type AppendRequest = protos.google.cloud.bigquery.storage.v1.IAppendRowsRequest;
type AppendResponse = protos.google.cloud.bigquery.storage.v1.IAppendRowsResponse;
type Descriptor = protos.google.protobuf.IDescriptorProto;

export type AppendFault =
  /** The call ends before the rows are stored. */
  | 'unavailable'
  /** The rows are stored, and the call ends without saying so. */
  | 'unavailable after storing'
  | 'internal'
  | 'reset'
  | 'cut'
  /** The rows are stored; the answer is that they were there before. */
  | 'already exists'
  /** The rows are not stored; the answer is an error, and the call goes on. */
  | 'answered internal'
  /** The rows are not stored; the answer is that rows before them are missing. */
  | 'out of range'
  | 'denied';

export interface WriteHooks {
  append: (stream: string, offset: number) => AppendFault | null;
  /** Asked for each commit; after: it was done, and the answer is lost. */
  commit: (attempt: number) => 'unavailable' | 'unavailable after' | null;
  finalize: (attempt: number) => 'unavailable' | null;
}

interface WriteStream {
  readonly table: string;
  readonly rows: Row[];
  isFinal: boolean;
  isCommitted: boolean;
}

export interface AppendRecord {
  readonly stream: string;
  readonly offset: number;
  readonly rowCount: number;
  readonly sizeBytes: number;
  readonly routing: string;
}

export class WriteService {
  readonly appends: AppendRecord[] = [];
  readonly hooks: WriteHooks;
  readonly streams: Map<string, WriteStream> = new Map();
  commits = 0;
  #finalizes = 0;
  readonly #tables: FakeTables;

  constructor(tables: FakeTables, hooks: WriteHooks) {
    this.#tables = tables;
    this.hooks = hooks;
  }

  handlers(): Record<string, GrpcHandler> {
    const service = '/google.cloud.bigquery.storage.v1.BigQueryWrite';
    return {
      [`${service}/CreateWriteStream`]: (call) => this.#create(call),
      [`${service}/AppendRows`]: (call) => this.#append(call),
      [`${service}/FinalizeWriteStream`]: (call) => this.#finalize(call),
      [`${service}/BatchCommitWriteStreams`]: (call) => this.#commit(call),
    };
  }

  async #create(call: GrpcCall): Promise<void> {
    for await (const bytes of call.messages()) {
      const { parent, writeStream } = v1.CreateWriteStreamRequest.decode(bytes);
      this.#tables.ofPath(parent, missing);
      if (writeStream?.type !== v1.WriteStream.Type.PENDING) {
        throw new GrpcStatus(STATUS.invalidArgument, 'the fake knows pending streams only');
      }
      const name = `${parent}/streams/w${this.streams.size}`;
      this.streams.set(name, { table: parent, rows: [], isFinal: false, isCommitted: false });
      await call.send(v1.WriteStream.encode({ name, type: v1.WriteStream.Type.PENDING }).finish());
    }
  }

  async #append(call: GrpcCall): Promise<void> {
    let type: RowDecoder | null = null;
    let stream = '';
    for await (const bytes of call.messages()) {
      const request = v1.AppendRowsRequest.decode(bytes);
      stream = request.writeStream || stream;
      const descriptor = request.protoRows?.writerSchema?.protoDescriptor;
      if (descriptor !== null && descriptor !== undefined) type = this.#typeOf(stream, descriptor);
      if (type === null) throw new GrpcStatus(STATUS.invalidArgument, 'no writer schema');
      const answer = await this.#store(call, stream, type, request, bytes.length);
      if (answer === null) return;
      await call.send(v1.AppendRowsResponse.encode(answer).finish());
    }
  }

  /** Stores the rows of a request as the fault lets it; null where the call is broken. */
  async #store(
    call: GrpcCall,
    name: string,
    type: RowDecoder,
    request: AppendRequest,
    sizeBytes: number,
  ): Promise<AppendResponse | null> {
    const stream = this.#stream(name);
    const offset = Number(request.offset?.value ?? stream.rows.length);
    const encoded = request.protoRows?.rows?.serializedRows ?? [];
    const { routing } = call;
    this.appends.push({ stream: name, offset, rowCount: encoded.length, sizeBytes, routing });
    const fault = this.hooks.append(name, offset);
    if (fault === 'unavailable') throw new GrpcStatus(STATUS.unavailable, 'lost');
    if (fault === 'internal') throw new GrpcStatus(STATUS.internal, 'lost');
    if (fault === 'denied') throw new GrpcStatus(STATUS.permissionDenied, 'no updateData');
    if (fault === 'answered internal') return failed(STATUS.internal, 'please retry');
    if (fault === 'out of range')
      return failed(STATUS.outOfRange, `expected ${stream.rows.length}`);
    if (fault === 'reset' || fault === 'cut') {
      if (fault === 'reset') call.reset();
      else call.cut();
      return null;
    }
    if (stream.isFinal) return failed(STATUS.failedPrecondition, 'the stream is finalized');
    if (offset < stream.rows.length) return failed(STATUS.alreadyExists, `offset ${offset}`);
    if (offset > stream.rows.length) {
      return failed(STATUS.outOfRange, `expected ${stream.rows.length}, received ${offset}`);
    }
    for (const row of encoded) stream.rows.push(type.decode(row));
    if (fault === 'unavailable after storing') throw new GrpcStatus(STATUS.unavailable, 'lost');
    if (fault === 'already exists') return failed(STATUS.alreadyExists, `offset ${offset}`);
    return { appendResult: { offset: { value: offset } }, writeStream: name };
  }

  #stream(name: string): WriteStream {
    const stream = this.streams.get(name);
    if (stream === undefined) throw new GrpcStatus(STATUS.notFound, `no stream ${name}`);
    return stream;
  }

  #typeOf(stream: string, descriptor: Descriptor): RowDecoder {
    const { fields } = this.#tables.ofPath(this.#stream(stream).table, missing);
    return new RowDecoder(descriptor, fields);
  }

  async #finalize(call: GrpcCall): Promise<void> {
    for await (const bytes of call.messages()) {
      const { name } = v1.FinalizeWriteStreamRequest.decode(bytes);
      if (this.hooks.finalize(this.#finalizes++) === 'unavailable') {
        throw new GrpcStatus(STATUS.unavailable, 'lost');
      }
      const stream = this.#stream(name);
      stream.isFinal = true;
      await call.send(
        v1.FinalizeWriteStreamResponse.encode({ rowCount: stream.rows.length }).finish(),
      );
    }
  }

  async #commit(call: GrpcCall): Promise<void> {
    for await (const bytes of call.messages()) {
      const { parent, writeStreams } = v1.BatchCommitWriteStreamsRequest.decode(bytes);
      const fault = this.hooks.commit(this.commits++);
      if (fault === 'unavailable') throw new GrpcStatus(STATUS.unavailable, 'lost');
      const table = this.#tables.ofPath(parent, missing);
      const streams = writeStreams.map((name) => this.#stream(name));
      if (streams.some((stream) => !stream.isFinal)) {
        throw new GrpcStatus(STATUS.invalidArgument, 'a stream is not finalized');
      }
      const done = writeStreams.filter((name) => this.#stream(name).isCommitted);
      if (done.length === 0) {
        for (const stream of streams) {
          table.rows.push(...stream.rows);
          stream.isCommitted = true;
        }
      }
      if (fault === 'unavailable after') throw new GrpcStatus(STATUS.unavailable, 'lost');
      const code = v1.StorageError.StorageErrorCode.STREAM_ALREADY_COMMITTED;
      await call.send(
        v1.BatchCommitWriteStreamsResponse.encode(
          done.length === 0
            ? { commitTime: { seconds: 1 } }
            : { streamErrors: done.map((entity) => ({ code, entity, errorMessage: 'committed' })) },
        ).finish(),
      );
    }
  }
}

function missing(name: string): GrpcStatus {
  return new GrpcStatus(STATUS.notFound, `Not found: table ${name}`);
}

function failed(code: number, message: string): AppendResponse {
  return { error: { code, message } };
}
