/**
 * A write stream of type PENDING: rows are appended at explicit offsets and show up all at once, when the stream is committed.
 *
 * The offset of a request is the number of rows before it. A request whose answer was lost is sent again with the same offset; that
 * it was stored the first time is then told as ALREADY_EXISTS, and is as good as an answer. One request is under way at a time.
 */
import { protos, type BigQueryWriteClient } from '@google-cloud/bigquery-storage';
import { WindrowError } from '@windrow/core';
import { GRPC, codeOf, isTransient } from '../../internal/faults.ts';
import { RetryBudget, retried, type RetryOptions } from '../../internal/retry.ts';
import { AppendCall } from './append-call.ts';

const { WriteStream, StorageError } = protos.google.cloud.bigquery.storage.v1;
const ALREADY_COMMITTED = StorageError.StorageErrorCode.STREAM_ALREADY_COMMITTED;

export type RowDescriptor = protos.google.protobuf.IDescriptorProto;

export interface PendingOptions {
  /** `projects/p/datasets/d/tables/t` */
  readonly parent: string;
  readonly descriptor: RowDescriptor;
  readonly retry: RetryOptions;
}

export class PendingStream {
  readonly #client: BigQueryWriteClient;
  readonly #options: PendingOptions;
  readonly #name: string;
  #call: AppendCall | null = null;
  #rows = 0;

  private constructor(client: BigQueryWriteClient, options: PendingOptions, name: string) {
    this.#client = client;
    this.#options = options;
    this.#name = name;
  }

  /** Throws what the client throws. A table that was just made may not be known at once. */
  static async create(
    client: BigQueryWriteClient,
    options: PendingOptions,
  ): Promise<PendingStream> {
    const request = { parent: options.parent, writeStream: { type: WriteStream.Type.PENDING } };
    const [stream] = await retried(
      () => client.createWriteStream(request, { retry: null }),
      (error) => isTransient(error) || codeOf(error) === GRPC.notFound,
      options.retry,
    );
    return new PendingStream(client, options, stream.name ?? '');
  }

  /** Appends rows behind those before; they are the service's when it resolves. Not to be called again before that. */
  async append(rows: readonly Uint8Array[]): Promise<void> {
    const budget = new RetryBudget(this.#options.retry);
    for (;;) {
      this.#call ??= new AppendCall(this.#client, this.#name, this.#options.descriptor);
      try {
        await this.#call.append(this.#rows, rows);
        break;
      } catch (error) {
        this.#call.close();
        this.#call = null;
        const code = codeOf(error);
        if (code === GRPC.alreadyExists) break;
        const mayWork = isTransient(error) || code === GRPC.outOfRange;
        if (!mayWork || !(await budget.again())) throw error;
      }
    }
    this.#rows += rows.length;
  }

  /**
   * Shows the rows, all of them at once.
   * @throws WindrowError OUTPUT where the service holds another number of rows than were appended, and shows none
   */
  async commit(): Promise<void> {
    this.close();
    const { parent, retry } = this.#options;
    const [{ rowCount }] = await retried(
      () => this.#client.finalizeWriteStream({ name: this.#name }, { retry: null }),
      isTransient,
      retry,
    );
    if (Number(rowCount ?? 0) !== this.#rows) {
      throw new WindrowError(
        'OUTPUT',
        `${this.#name}: the service holds ${Number(rowCount ?? 0)} rows of ${this.#rows} that were appended; nothing was committed`,
      );
    }
    const request = { parent, writeStreams: [this.#name] };
    const [{ streamErrors }] = await retried(
      () => this.#client.batchCommitWriteStreams(request, { retry: null }),
      isTransient,
      retry,
    );
    // A commit whose answer was lost has been done.
    const fault = streamErrors?.find(
      ({ code }) => code !== ALREADY_COMMITTED && code !== 'STREAM_ALREADY_COMMITTED',
    );
    if (fault !== undefined) {
      throw new WindrowError(
        'OUTPUT',
        `${this.#name}: committing: ${fault.errorMessage ?? 'refused'} (${String(fault.code)})`,
      );
    }
  }

  /** Ends the call. Rows that were not committed are never seen. */
  close(): void {
    this.#call?.close();
    this.#call = null;
  }
}
