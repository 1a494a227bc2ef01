/**
 * Samples in an Arrow IPC stream that comes over the wire. Unlike a file, whose damage is a dead letter, a stream that does not
 * come whole is an error: it can be asked for again.
 */
import { WindrowError, messageOf, type SampleBatch } from '@windrow/core';
import type { ArrowSampleOptions } from './arrow-sample-decoder.ts';
import { Damage } from '../internal/damage.ts';
import { registerBufferCodecs } from './internal/buffer-codecs.ts';
import { ByteTaker } from './internal/byte-taker.ts';
import { ColumnChoice } from './internal/column-choice.ts';
import { arrowMessages } from './internal/messages.ts';
import { expectedTypes } from './internal/record-columns.ts';
import { RecordSamples } from './internal/record-samples.ts';
import { openRecords } from './internal/record-stream.ts';

/**
 * The samples of a stream (schema, dictionaries, record batches, end marker), in their order; each batch is valid until the
 * next is asked for, and never empty. Ending the iteration early ends that of `chunks`.
 * @throws WindrowError FORMAT where the stream breaks off or is no such stream; what `chunks` throws, as it is
 */
export async function* readArrowStream(
  chunks: AsyncIterable<Uint8Array>,
  options: ArrowSampleOptions,
): AsyncGenerator<SampleBatch> {
  registerBufferCodecs();
  const outside: Outside = { failure: null };
  const bytes = new ByteTaker(noting(chunks, outside));
  let rows = 0;
  try {
    const form = { ...options, decimals: true };
    const choice = new ColumnChoice(expectedTypes(form));
    const records = await openRecords(arrowMessages(bytes, noFooter, choice));
    const samples = new RecordSamples(records.schema, choice.names, form);
    for await (const record of records.batches) {
      yield* samples.read(record, rows + 1);
      rows += record.numRows;
    }
  } catch (error) {
    if (outside.failure !== null) throw outside.failure.error;
    const message = `${options.source}: Arrow, after ${rows} rows: ${messageOf(error)}`;
    throw new WindrowError('FORMAT', message, { cause: error });
  } finally {
    await bytes.close();
  }
}

/** What came from the wire instead of bytes. */
interface Outside {
  failure: { readonly error: unknown } | null;
}

async function* noting(
  chunks: AsyncIterable<Uint8Array>,
  outside: Outside,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    outside.failure = { error };
    throw error;
  }
}

function noFooter(): Promise<Damage> {
  return Promise.resolve(new Damage('the file form, expected the stream form'));
}
