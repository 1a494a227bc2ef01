/** What live sources deliver, for tests. */
import { MetricDictionary, type DeadLetter, type LiveSource } from '@windrow/core';
import { idOf, type Row } from '../samples.ts';

export interface Delivered {
  readonly rows: Row[];
  readonly letters: DeadLetter[];
  /** Of each delivery. */
  readonly positions: (string | null)[];
  readonly sequences: number[];
  /** Rows up to and including each delivery. */
  readonly rowsAt: number[];
}

/**
 * Reads until the source ends or `enough` says so after a delivery.
 * @param between is run while nothing is asked for
 */
export async function deliver(
  source: LiveSource,
  enough: (delivered: Delivered) => boolean = () => false,
  resumeAt: string | null | undefined = null,
  between: (delivered: Delivered) => Promise<void> = () => Promise.resolve(),
): Promise<Delivered> {
  const dictionary = MetricDictionary.of(Array.from({ length: 20 }, (_, i) => idOf(i)));
  const got: Delivered = { rows: [], letters: [], positions: [], sequences: [], rowsAt: [] };
  const ending = new AbortController();
  const reject = (letter: DeadLetter): void => void got.letters.push(letter);
  const options = { dictionary, reject, resumeAt: resumeAt ?? null, signal: ending.signal };
  for await (const { batch, sequence, position } of source.deliveries(options)) {
    for (let i = 0; i < batch.length; i++) {
      const slot = batch.slots[i]!;
      got.rows.push({
        id: slot < 0 ? 'unknown' : dictionary.text(slot),
        timestampMs: batch.timestampsMs[i]!,
        value: batch.values[i]!,
      });
    }
    got.positions.push(position);
    got.sequences.push(sequence);
    got.rowsAt.push(got.rows.length);
    await between(got);
    if (enough(got)) ending.abort();
  }
  return got;
}

/** Row `n` as JSON, with its line end. */
export function jsonLine(n: number): string {
  return `${JSON.stringify({ metric_id: idOf(n % 20), timestamp_ms: 1000 * n, value: n })}\n`;
}

export function csvLine(n: number): string {
  return `${idOf(n % 20)},${1000 * n},${n}\n`;
}

export const CSV_HEADER = 'metric_id,timestamp_ms,value\n';

export const valuesOf = ({ rows }: Delivered): number[] => rows.map((row) => row.value);

/** 0, 1, ... count - 1 */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
