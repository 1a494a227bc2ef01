/** One `AppendRows` call: requests and their answers, one at a time. */
import type { BigQueryWriteClient, protos } from '@google-cloud/bigquery-storage';
import { WindrowError } from '@windrow/core';
import type { RowDescriptor } from './pending-stream.ts';

type AppendResponse = protos.google.cloud.bigquery.storage.v1.IAppendRowsResponse;

/** What the service answers instead of a result, or ends the call with. */
class AppendError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const UNAVAILABLE = 14;

interface Waiting {
  readonly resolve: (response: AppendResponse) => void;
  readonly reject: (error: unknown) => void;
}

export class AppendCall {
  readonly #stream: string;
  readonly #descriptor: RowDescriptor;
  readonly #call: ReturnType<BigQueryWriteClient['appendRows']>;
  #waiting: Waiting | null = null;
  #failure: unknown = null;
  #isFirst = true;

  constructor(client: BigQueryWriteClient, stream: string, descriptor: RowDescriptor) {
    this.#stream = stream;
    this.#descriptor = descriptor;
    // The service routes calls by this header; the client cannot know it before the first request.
    const headers = { 'x-goog-request-params': `write_stream=${encodeURIComponent(stream)}` };
    this.#call = client.appendRows({ otherArgs: { headers } });
    this.#call.on('data', (response: AppendResponse) => {
      this.#waiting?.resolve(response);
      this.#waiting = null;
    });
    this.#call.on('error', (error: unknown) => this.#fail(error));
    const ended = (): void => this.#fail(new AppendError(UNAVAILABLE, 'the call ended'));
    this.#call.on('end', ended);
    this.#call.on('close', ended);
  }

  /** Throws an error with the code that the service gave; WindrowError OUTPUT where it refuses rows. */
  async append(offset: number, serializedRows: readonly Uint8Array[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const writerSchema = { protoDescriptor: this.#descriptor };
    const request = {
      writeStream: this.#stream,
      offset: { value: offset },
      protoRows: {
        ...(this.#isFirst ? { writerSchema } : {}),
        rows: { serializedRows: [...serializedRows] },
      },
    };
    this.#isFirst = false;
    const response = await new Promise<AppendResponse>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#call.write(request);
    });
    const [rowError] = response.rowErrors ?? [];
    if (rowError !== undefined) {
      throw new WindrowError(
        'OUTPUT',
        `${this.#stream}: row ${offset + Number(rowError.index ?? 0) + 1} was refused: ${rowError.message ?? ''}`,
      );
    }
    const { error } = response;
    if (error !== null && error !== undefined) {
      throw new AppendError(error.code ?? 0, error.message ?? '');
    }
  }

  close(): void {
    this.#call.end();
    this.#call.cancel();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
