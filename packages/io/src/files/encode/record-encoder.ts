/** Samples and predictions as records of 32 bytes: metric id, timestamp, value. */
import { RECORD_BYTES, encodeRecords } from '@windrow/codecs';
import {
  MetricDictionary,
  SampleColumns,
  type PredictionBatch,
  type SampleBatch,
} from '@windrow/core';
import type { Encoder } from './encoder.ts';

export class SampleRecordEncoder implements Encoder<SampleBatch> {
  *encode(batch: SampleBatch): Generator<Uint8Array> {
    if (batch.length === 0) return;
    const bytes = new Uint8Array(batch.length * RECORD_BYTES);
    encodeRecords(batch, bytes, 0);
    yield bytes;
  }

  *end(): Generator<Uint8Array> {
    // A file of records has no end of its own.
  }
}

/** A prediction is a sample of its output metric, at the end of its window. What else is known of it is not written. */
export class PredictionRecordEncoder implements Encoder<PredictionBatch> {
  readonly #samples: SampleRecordEncoder = new SampleRecordEncoder();
  readonly #dictionary: MetricDictionary = new MetricDictionary();

  *encode(batch: PredictionBatch): Generator<Uint8Array> {
    const samples = new SampleColumns(this.#dictionary, batch.length);
    const slots = batch.definitions.map((definition) =>
      this.#dictionary.intern(definition.outputMetricId),
    );
    for (let row = 0; row < batch.length; row++) {
      const slot = slots[batch.definitionIndex[row]!]!;
      samples.push(slot, batch.windowEndsMs[row]!, batch.values[row]!);
    }
    yield* this.#samples.encode(samples);
  }

  *end(): Generator<Uint8Array> {
    yield* this.#samples.end();
  }
}
