/** The record batches in checked messages, by the library. */
import { RecordBatchReader, type RecordBatch, type Schema } from 'apache-arrow';
import { Damage } from '../../internal/damage.ts';

export interface RecordStream {
  readonly schema: Schema;
  /** Every batch that came whole; then what broke the messages off is thrown. */
  readonly batches: AsyncIterable<RecordBatch>;
}

/** Reads the schema. Throws what broke the messages off before it. */
export async function openRecords(messages: AsyncGenerator<Uint8Array>): Promise<RecordStream> {
  const end: MessagesEnd = { failure: null };
  try {
    const reader = await RecordBatchReader.from(untilFailure(messages, end));
    await reader.open({ autoDestroy: false });
    // Without a message the library opens a reader that has no schema. One that broke off later is told of after its batches.
    const schema = reader.schema as Schema | undefined;
    if (schema === undefined) throw new Damage('no schema');
    return { schema, batches: batchesUntilEnd(reader, end) };
  } catch (error) {
    throw end.failure ?? error;
  }
}

/** How the messages ended. */
interface MessagesEnd {
  failure: Error | null;
}

/** The library reads ahead, and a failure would cost the batch before it; so it is told of an end instead. */
async function* untilFailure(
  messages: AsyncGenerator<Uint8Array>,
  end: MessagesEnd,
): AsyncGenerator<Uint8Array> {
  try {
    yield* messages;
  } catch (error) {
    end.failure = error instanceof Error ? error : new Damage(String(error));
  }
}

async function* batchesUntilEnd(
  batches: AsyncIterable<RecordBatch>,
  end: MessagesEnd,
): AsyncGenerator<RecordBatch> {
  try {
    yield* batches;
  } catch (error) {
    throw end.failure ?? error;
  }
  if (end.failure !== null) throw end.failure;
}
