/** Samples that come row by row, gathered into batches. */
import { SampleColumns, type MetricDictionary } from '@windrow/core';
import { BATCH_ROWS } from '../sample-file.ts';
import { CHUNK_BYTES } from './read-bytes.ts';

/** The shortest line of text that is a sample: an id, a separator, a digit, a separator, a line end. */
const ROW_BYTES_MIN = 40;
/** Rows that one chunk of bytes can complete; one of them may have begun in the chunk before. */
const ROWS_PER_CHUNK_MAX = Math.ceil(CHUNK_BYTES / ROW_BYTES_MIN) + 1;

/** A batch that is handed on while there is still room for the rows of another chunk. */
export class RowBatches {
  readonly #columns: SampleColumns;

  /** @param arrivals whether samples come with their time of arrival */
  constructor(dictionary: MetricDictionary, arrivals: boolean = false) {
    this.#columns = new SampleColumns(dictionary, BATCH_ROWS, { arrivals });
  }

  push(slot: number, timestampMs: number, value: number, arrivalMs?: number): void {
    this.#columns.push(slot, timestampMs, value, arrivalMs);
  }

  /** The batch if there is no room for the rows of one more chunk; the consumer is done with it when this goes on. */
  *full(): Generator<SampleColumns> {
    if (this.#columns.length > BATCH_ROWS - ROWS_PER_CHUNK_MAX) yield* this.rest();
  }

  /** The batch if it has any rows. */
  *rest(): Generator<SampleColumns> {
    if (this.#columns.length === 0) return;
    yield this.#columns;
    this.#columns.length = 0;
  }
}
