/** Rows of many series, and streams of them. */
import { MetricDictionary, SampleColumns, type SampleBatch } from '@windrow/core';
import { StreamEncoder } from '../../src/index.ts';
import { randomOf, timestampShapes, valueShapes } from '../chunk/point-shapes.ts';

export interface InterleavedShape {
  readonly series: number;
  readonly rows: number;
  readonly order: 'cyclic' | 'with holes' | 'runs' | 'random';
  readonly seed: number;
}

/** Decimal sensors at 1 Hz whose samples arrive in the given order. */
export function interleaved(shape: InterleavedShape): SampleColumns {
  const { series, rows, order, seed } = shape;
  const random = randomOf(seed);
  const batch = new SampleColumns(new MetricDictionary(), rows);
  const ids = Array.from({ length: series }, (_, i) => {
    const words = [seed, i, random() * 2 ** 32].map((n) =>
      Math.floor(n).toString(16).padStart(8, '0'),
    );
    const text = `${words.join('')}00000000`;
    return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  });
  const levels = Float64Array.from({ length: series }, () => Math.round(random() * 10_000));
  for (let row = 0, turn = 0; row < rows; row++, turn++) {
    if (order === 'with holes' && random() < 0.05) turn += 1 + Math.floor(random() * 3);
    const i =
      order === 'random'
        ? Math.floor(random() * series)
        : order === 'runs'
          ? Math.floor((row * series) / rows)
          : turn % series;
    levels[i]! += Math.floor(random() * 5) - 2;
    const timestampMs = 1_551_869_551_000 + 1000 * Math.floor(turn / series);
    batch.push(batch.dictionary.intern(ids[i]!), timestampMs, levels[i]! / 10 ** (i % 4));
  }
  return batch;
}

/** Series with values of the named shapes, read in turn, each with its own timestamps. */
export function mixed(names: readonly string[], turns: number, seed: number): SampleColumns {
  const random = randomOf(seed);
  const batch = new SampleColumns(new MetricDictionary(), names.length * turns);
  const series = names.map((name, i) => ({
    id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    timestampsMs: timestampShapes[i % 2 === 0 ? 'regular' : 'jitter']!(turns, random),
    words: new Uint32Array(valueShapes[name]!(turns, random).buffer),
  }));
  const words = new Uint32Array(batch.values.buffer);
  for (let turn = 0; turn < turns; turn++) {
    for (const { id, timestampsMs, words: own } of series) {
      const row = batch.length;
      batch.push(batch.dictionary.intern(id), timestampsMs[turn]!, 0);
      words.set(own.subarray(turn * 2, turn * 2 + 2), row * 2);
    }
  }
  return batch;
}

/** Shapes whose series a block of samples keeps together, apart, and in the order of its rows. */
export const mixedShapes: Readonly<Record<string, readonly string[]>> = {
  together: ['noise of decimals', 'with exceptions', 'walk of decimals', 'smooth decimals'],
  apart: ['held decimals', 'with missing', 'few thirds', 'constant', 'bits'],
  bits: ['bits', 'doubles', 'float32'],
};

/** A row as text: id, timestamp and the bits of the value. */
export function rowsOf(batch: SampleBatch): string[] {
  const bits = new BigUint64Array(batch.values.slice(0, batch.length).buffer);
  return Array.from(
    bits,
    (value, row) =>
      `${batch.dictionary.text(batch.slots[row]!)} ${batch.timestampsMs[row]} ${value.toString(16)}`,
  );
}

/** The stream of some batches. */
export function streamOf(batches: readonly SampleBatch[], rowsPerBlock = 65_536): Uint8Array {
  const encoder = new StreamEncoder({ rowsPerBlock });
  const blocks: Uint8Array[] = [];
  const keep = (bytes: Uint8Array): void => {
    blocks.push(bytes.slice());
  };
  for (const batch of batches) encoder.write(batch, keep);
  encoder.flush(keep);
  return new Uint8Array(Buffer.concat(blocks));
}
