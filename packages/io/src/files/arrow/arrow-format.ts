/**
 * Samples in Arrow IPC, file or stream: the long form, record batch by record batch. The name does not matter: a file that
 * begins as a stream is read as one.
 */
import { RecordBatchReader } from 'apache-arrow';
import type { ReadOptions, SampleBatch } from '@windrow/core';
import { Damage, damageOf, lostFrom } from '../internal/damage.ts';
import { readBytes } from '../internal/read-bytes.ts';
import { wholeFile, type FilePart, type SampleFile, type SampleFormat } from '../sample-file.ts';
import { registerBufferCodecs } from './internal/buffer-codecs.ts';
import { ByteTaker } from './internal/byte-taker.ts';
import { footerSchema } from './internal/footer-schema.ts';
import { arrowMessages } from './internal/messages.ts';
import { LONG_FORM, RecordSamples } from './internal/record-samples.ts';

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
    let samples: RecordSamples | null = null;
    try {
      const reader = await RecordBatchReader.from(untilFailure(messages, end));
      await reader.open({ autoDestroy: false });
      const { dictionary, reject } = options;
      const origin = { names: LONG_FORM, decimals: false, source: file.path, dictionary, reject };
      samples = new RecordSamples(reader.schema, origin);
      for await (const record of reader) {
        yield* samples.read(record, samples.rowsRead + 1);
      }
      if (end.failure !== null) throw end.failure;
    } catch (error) {
      const reason = damageOf(end.failure ?? error, file.path);
      const rows = samples?.rowsRead ?? 0;
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
