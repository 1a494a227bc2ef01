/** What the codecs are tried on: real sensors where the fixtures are, made ones otherwise. */
import { existsSync } from 'node:fs';
import { MetricDictionary, SampleColumns } from '@windrow/core';
import type { ChunkPoints } from '@windrow/codecs';
import { FIXTURES, fixtureSeries } from '../../../packages/codecs/test/size/fixture-series.ts';

/** A metric's points. */
export interface Series {
  readonly id: string;
  readonly points: ChunkPoints;
}

/** Names of the data sets that are there. */
export function datasetNames(small: boolean): readonly string[] {
  if (small) return ['made'];
  return existsSync(FIXTURES) ? ['liveline', 'wells', 'made'] : ['made'];
}

/** All series of a data set. */
export async function readSeries(name: string): Promise<readonly Series[]> {
  return name === 'made' ? madeSeries(40, 4096) : fixtureSeries(name);
}

/** Sensors with one to three decimals that wander, hold and jump; 1 Hz, with jitter in every fourth. */
function madeSeries(count: number, length: number): readonly Series[] {
  const random = randomOf(42);
  return Array.from({ length: count }, (_, k) => {
    const digits = 10 ** (1 + (k % 3));
    const holds = k % 5 === 0 ? 8 : 1;
    let level = Math.round(random() * 1000 * digits);
    const values = new Float64Array(length);
    const timestampsMs = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      if (i % holds === 0) level += Math.round((random() - 0.5) * 12);
      values[i] = (random() < 0.002 ? 0 : level) / digits;
      const jitterMs = k % 4 === 3 ? Math.round(random() * 50) : 0;
      timestampsMs[i] = 1_551_869_551_000 + i * 1000 + jitterMs;
    }
    const id = `00000000-0000-4000-8000-${String(k).padStart(12, '0')}`;
    return { id, points: { length, timestampsMs, values } };
  });
}

/** The series cut into chunks of at most `size` points. */
export function chunksOf(series: readonly Series[], size: number): readonly ChunkPoints[] {
  return series.flatMap(({ points }) =>
    Array.from({ length: Math.ceil(points.length / size) }, (_, k) => {
      const from = k * size;
      const length = Math.min(size, points.length - from);
      return {
        length,
        timestampsMs: points.timestampsMs.slice(from, from + length),
        values: points.values.slice(from, from + length),
      };
    }),
  );
}

/** A million samples of 1000 sensors with up to three decimals, one of each in turn, a second a turn. */
export function interleavedBatch(rows: number): SampleColumns {
  const random = randomOf(7);
  const count = 1000;
  const batch = new SampleColumns(new MetricDictionary(), rows);
  const slots = Array.from({ length: count }, (_, k) =>
    batch.dictionary.intern(`${hex(random)}-0000-4000-8000-${String(k).padStart(12, '0')}`),
  );
  const levels = slots.map(() => Math.round(random() * 10_000));
  for (let row = 0; row < rows; row++) {
    const k = row % count;
    levels[k]! += Math.round((random() - 0.5) * 12);
    const timestampMs = 1_551_869_551_000 + 1000 * Math.floor(row / count);
    batch.push(slots[k]!, timestampMs, levels[k]! / 10 ** (k % 4));
  }
  return batch;
}

function hex(random: () => number): string {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

/** mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
