/**
 * One stream of a read session as samples, from its beginning to its end, whatever happens to the calls that bring it.
 *
 * A call that breaks is followed by one that asks for the rows from the next on: the offset counts the rows of every batch that was
 * handed on, as they were decoded. A batch is handed on whole or not at all, and batches may be cut otherwise the next time, so
 * no row is lost or doubled.
 */
import type { BigQueryReadClient } from '@google-cloud/bigquery-storage';
import type { RecordBatch } from 'apache-arrow';
import { WindrowError, type ReadOptions, type SampleBatch } from '@windrow/core';
import { ArrowSampleDecoder, type SampleColumnNames } from '@windrow/io';
import { GRPC, codeOf, isTransient } from '../../internal/faults.ts';
import { RetryBudget, type RetryOptions } from '../../internal/retry.ts';

export interface StreamRequest {
  /** Name of the stream; also the source of its dead letters. */
  readonly stream: string;
  readonly schema: Uint8Array;
  readonly names: SampleColumnNames;
  readonly retry: RetryOptions;
}

/** What a response holds, of all that the client gives. */
interface Response {
  readonly arrowRecordBatch?: {
    readonly serializedRecordBatch?: Uint8Array | string | null;
  } | null;
  readonly rowCount?: number | string | { toString(): string } | null;
}

/**
 * Yields what `Source.read` yields. Damaged bytes end it with a dead letter.
 * @throws what the client threw, where trying again does not help
 */
export async function* readStream(
  client: BigQueryReadClient,
  request: StreamRequest,
  options: Pick<ReadOptions, 'dictionary' | 'reject'>,
): AsyncGenerator<SampleBatch> {
  const reading = new StreamReading(client, request);
  try {
    yield* reading.samples(options);
  } catch (error) {
    if (!(error instanceof WindrowError && error.code === 'FORMAT')) throw error;
    const row = reading.offset + 1;
    options.reject({
      heading: 'quarantined',
      source: request.stream,
      row,
      reason: `the stream cannot be read from row ${row} on: ${error.message}`,
      raw: null,
    });
  }
}

class StreamReading {
  /** Rows handed on. */
  offset = 0;
  readonly #client: BigQueryReadClient;
  readonly #request: StreamRequest;
  readonly #budget: RetryBudget;
  /** Rows at the beginning of the next call that were handed on before. */
  #again = 0;

  constructor(client: BigQueryReadClient, request: StreamRequest) {
    this.#client = client;
    this.#request = request;
    this.#budget = new RetryBudget(request.retry);
  }

  async *samples(options: Pick<ReadOptions, 'dictionary' | 'reject'>): AsyncGenerator<SampleBatch> {
    const { stream, schema, names } = this.#request;
    const decoder = new ArrowSampleDecoder(schema, { ...options, names, source: stream });
    for (;;) {
      try {
        yield* this.#call(decoder);
        return;
      } catch (error) {
        if (!(await this.#goesOn(error))) throw error;
      }
    }
  }

  /** The samples that one call brings. */
  async *#call(decoder: ArrowSampleDecoder): AsyncGenerator<SampleBatch> {
    const call = this.#client.readRows(
      { readStream: this.#request.stream, offset: this.offset - this.#again },
      { retry: null, retryRequestOptions: { retries: 0 } },
    );
    // A call that is cancelled says so once more.
    call.on('error', () => undefined);
    try {
      for await (const response of call as AsyncIterable<Response>) {
        const bytes = response.arrowRecordBatch?.serializedRecordBatch;
        if (!(bytes instanceof Uint8Array)) continue;
        const record = decoder.open(bytes);
        checkCount(record, response.rowCount);
        const skipped = Math.min(this.#again, record.numRows);
        this.#again -= skipped;
        if (record.numRows > skipped) {
          this.#budget.progress();
          const fresh = skipped === 0 ? record : record.slice(skipped);
          yield* decoder.samples(fresh, this.offset + 1);
          this.offset += fresh.numRows;
        }
      }
    } finally {
      call.cancel();
    }
  }

  /** Whether to call again after this error; waits as long as the budget says. */
  async #goesOn(error: unknown): Promise<boolean> {
    if (codeOf(error) === GRPC.outOfRange && this.offset > 0 && this.#again === 0) {
      // The rows were all there, and the end of the call was not: an offset behind the last row need not be accepted. Asking for
      // the last row once more tells.
      this.#again = 1;
      return true;
    }
    this.#again = 0;
    return isTransient(error) && this.#budget.again();
  }
}

function checkCount(record: RecordBatch, rowCount: Response['rowCount']): void {
  if (rowCount === null || rowCount === undefined) return;
  const said = Number(rowCount);
  if (said !== record.numRows && said !== 0) {
    throw new WindrowError(
      'FORMAT',
      `a response of ${said} rows with a batch of ${record.numRows}: offsets cannot be counted`,
    );
  }
}
