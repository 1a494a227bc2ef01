/** Samples in newline-delimited JSON: objects with the keys metric_id, timestamp_ms and value; other keys are ignored. */
import { INVALID_SLOT, found, messageOf, type ReadOptions, type SampleBatch } from '@windrow/core';
import { Damage, damageOf, lostFrom, quarantined } from '../internal/damage.ts';
import type { FileStorage } from '../file-storage.ts';
import { readBytes } from '../internal/read-bytes.ts';
import { RowBatches } from '../internal/row-batches.ts';
import { arrivalFault, timestampFault } from '../internal/settle-rows.ts';
import { wholeFile, type FilePart, type SampleFile, type SampleFormat } from '../sample-file.ts';
import { Lines } from './lines.ts';

export class NdjsonFormat implements SampleFormat {
  readonly #storage: FileStorage;

  constructor(storage: FileStorage) {
    this.#storage = storage;
  }

  async parts(file: SampleFile): Promise<readonly FilePart[]> {
    return [wholeFile(file)];
  }

  async *read(
    file: SampleFile,
    _index: number | null,
    options: ReadOptions,
  ): AsyncGenerator<SampleBatch> {
    const batches = new RowBatches(options.dictionary, options.arrivalColumn !== undefined);
    let lineCount = 0;
    const lines = new Lines({
      line: (bytes, start, end, number) => {
        const text = bytes.toString('utf8', start, end);
        if (number === 1 && text.startsWith('\uFEFF')) readLine(text.slice(1), number);
        else readLine(text, number);
      },
      overlong: (limitBytes, number) => {
        lineCount++;
        const reason = `found a line of more than ${limitBytes} bytes, expected an object`;
        options.reject(quarantined(file.path, number, reason));
      },
    });
    const readLine = (text: string, number: number): void => {
      if (text.trim() === '') return;
      lineCount++;
      const fault = pushSample(text, batches, options);
      if (fault !== null) options.reject(quarantined(file.path, number, fault, text));
    };
    try {
      for await (const chunk of readBytes(file, this.#storage)) {
        lines.write(chunk);
        yield* batches.full();
      }
      lines.end();
      if (lineCount === 0) throw new Damage('the file is empty, expected an object a line');
      yield* batches.rest();
    } catch (error) {
      const reason = damageOf(error, file.path);
      yield* batches.rest();
      options.reject(lostFrom(file.path, lineCount === 0 ? null : lines.number, 'line', reason));
    }
  }
}

/** Adds the sample of a line; null, or why it is none. */
function pushSample(text: string, batches: RowBatches, options: ReadOptions): string | null {
  let sample: unknown;
  try {
    sample = JSON.parse(text);
  } catch (error) {
    return `found no complete JSON: ${messageOf(error)}`;
  }
  if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) {
    return `found ${found(sample)}, expected an object with metric_id, timestamp_ms and value`;
  }
  const fields = sample as Record<string, unknown>;
  const { metric_id: id, timestamp_ms: time, value } = fields;
  const slot = typeof id === 'string' ? options.dictionary.intern(id) : INVALID_SLOT;
  if (slot === INVALID_SLOT) return `metric_id: found ${found(id)}, expected a UUID`;
  if (typeof time !== 'number' || !Number.isInteger(time)) {
    return `timestamp_ms: found ${found(time)}, expected integer milliseconds since 1970`;
  }
  const fault = timestampFault(time);
  if (fault !== null) return fault;
  if (value !== null && typeof value !== 'number') {
    return `value: found ${found(value)}, expected a number or null`;
  }
  const arrival = options.arrivalColumn === undefined ? undefined : fields[options.arrivalColumn];
  const arrivalMs =
    options.arrivalColumn === undefined
      ? undefined
      : typeof arrival === 'number'
        ? Math.floor(arrival)
        : Number.NaN;
  const late = arrivalFault(arrivalMs);
  if (late !== null) return late;
  // + 0 makes a timestamp of -0 a plain zero.
  batches.push(slot, time + 0, value ?? Number.NaN, arrivalMs);
  return null;
}
