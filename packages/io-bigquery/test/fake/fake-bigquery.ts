/**
 * BigQuery on free ports of 127.0.0.1: the Storage Read and Write services over gRPC and the parts of REST that are used. What
 * was asked for is recorded; the hooks inject faults.
 */
import type { BigQueryEndpoints } from '../../src/index.ts';
import { GrpcServer } from './grpc-server.ts';
import { ReadService, type ReadHooks } from './read-service.ts';
import { RestService, type RestHooks } from './rest-service.ts';
import { FakeTables } from './tables.ts';
import { WriteService, type WriteHooks } from './write-service.ts';

const BATCH_ROWS = 1000;

export class FakeBigQuery {
  readonly tables: FakeTables = new FakeTables();
  readonly reads: ReadHooks = {
    fault: () => null,
    sessionFault: () => null,
    batchRows: () => BATCH_ROWS,
    refuseEnd: false,
  };
  readonly writes: WriteHooks = { append: () => null, commit: () => null, finalize: () => null };
  readonly rest: RestHooks = { fault: () => null, pollsBeforeDone: 0, mergeError: null };
  readonly read: ReadService = new ReadService(this.tables, this.reads);
  readonly write: WriteService = new WriteService(this.tables, this.writes);
  readonly api: RestService = new RestService(this.tables, this.rest);
  readonly grpc: GrpcServer = new GrpcServer({
    ...this.read.handlers(),
    ...this.write.handlers(),
  });
  #endpoints: BigQueryEndpoints = { rest: null, storage: null };

  private constructor() {
    // Only `start` makes one that listens.
  }

  static async start(): Promise<FakeBigQuery> {
    const fake = new FakeBigQuery();
    fake.#endpoints = { rest: await fake.api.listen(), storage: await fake.grpc.listen() };
    return fake;
  }

  get endpoints(): BigQueryEndpoints {
    return this.#endpoints;
  }

  async close(): Promise<void> {
    await Promise.all([this.api.close(), this.grpc.close()]);
  }
}
