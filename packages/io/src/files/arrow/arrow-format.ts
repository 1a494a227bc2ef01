/**
 * Samples in Arrow IPC, file or stream: the long form, record batch by record batch. The name does not matter: a file that
 * begins as a stream is read as one.
 */
import { RecordBatchReader, type Schema } from 'apache-arrow';
import { SampleColumns, type ReadOptions, type SampleBatch } from '@windrow/core';
import { Damage, damageOf, lostFrom } from '../internal/damage.ts';
import { InvalidIds } from '../internal/invalid-ids.ts';
import { readBytes } from '../internal/read-bytes.ts';
import { settleRows } from '../internal/settle-rows.ts';
import {
  BATCH_ROWS,
  wholeFile,
  type FilePart,
  type SampleFile,
  type SampleFormat,
} from '../sample-file.ts';
import { ArrowIds } from './internal/arrow-ids.ts';
import { timeReader, valueReader, type NumberReader } from './internal/arrow-numbers.ts';
import { registerBufferCodecs } from './internal/buffer-codecs.ts';
import { ByteTaker } from './internal/byte-taker.ts';
import { footerSchema } from './internal/footer-schema.ts';
import { arrowMessages } from './internal/messages.ts';

export class ArrowFormat implements SampleFormat {
  constructor() {
    registerBufferCodecs();
  }

  async parts(file: SampleFile): Promise<readonly FilePart[]> {
    return [wholeFile(file)];
  }

  async *read(
    file: SampleFile,
    _index: number | null,
    options: ReadOptions,
  ): AsyncGenerator<SampleBatch> {
    const bytes = new ByteTaker(readBytes(file));
    const messages = arrowMessages(bytes, () => footerSchema(file.path));
    const end: MessagesEnd = { failure: null };
    let rows = 0;
    try {
      const reader = await RecordBatchReader.from(untilFailure(messages, end));
      await reader.open({ autoDestroy: false });
      const columns = findColumns(reader.schema);
      const invalidIds = new InvalidIds();
      const ids = new ArrowIds(options.dictionary, invalidIds);
      const origin = { source: file.path, invalidIds, reject: options.reject };
      const batch = new SampleColumns(options.dictionary, BATCH_ROWS);
      for await (const record of reader) {
        const [id, time, value] = columns.indices.map((index) => record.data.children[index]);
        if (id === undefined || time === undefined || value === undefined) {
          throw new Damage('a record batch without its columns');
        }
        for (let done = 0; done < record.numRows;) {
          const count = Math.min(BATCH_ROWS, record.numRows - done);
          ids.read(id, done, count, batch.slots);
          columns.readTime(time, done, count, batch.timestampsMs);
          columns.readValue(value, done, count, batch.values);
          settleRows(batch, count, rows + 1, origin);
          if (batch.length > 0) yield batch;
          done += count;
          rows += count;
        }
      }
      if (end.failure !== null) throw end.failure;
    } catch (error) {
      const reason = damageOf(end.failure ?? error, file.path);
      options.reject(lostFrom(file.path, rows === 0 ? null : rows + 1, 'row', reason));
    } finally {
      await bytes.close();
    }
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

interface Columns {
  /** Of metric_id, timestamp_ms, value. */
  readonly indices: readonly number[];
  readonly readTime: NumberReader;
  readonly readValue: NumberReader;
}

/** Finds the three columns. Throws Damage where one is missing or of a type that is none of theirs. */
function findColumns(schema: Schema): Columns {
  const names = schema.fields.map((field) => field.name);
  const indices = ['metric_id', 'timestamp_ms', 'value'].map((name) => names.indexOf(name));
  const [id, time, value] = indices.map((index) => schema.fields[index]);
  if (id === undefined || time === undefined || value === undefined) {
    throw new Damage(
      `found the columns ${names.slice(0, 20).join(', ')}, expected metric_id, timestamp_ms and value`,
    );
  }
  if (!ArrowIds.canRead(id.type)) {
    throw new Damage(`column metric_id: found ${String(id.type)}, expected text or 16 bytes`);
  }
  const readTime = timeReader(time.type, time.name);
  if (readTime === null) {
    throw new Damage(
      `column timestamp_ms: found ${String(time.type)}, expected int64 (milliseconds) or a timestamp`,
    );
  }
  const readValue = valueReader(value.type, value.name);
  if (readValue === null) {
    throw new Damage(
      `column value: found ${String(value.type)}, expected float64 (or float32, integer)`,
    );
  }
  return { indices, readTime, readValue };
}
