/** Reading golden files, and points as rows of one metric. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MetricDictionary, SampleColumns } from '@windrow/core';
import type { ChunkPoints } from '../../src/index.ts';
import { GOLDEN_ID } from './golden-cases.ts';

/** The golden file of that name, as bytes of their own. */
export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, 'v1', name)));
}

/** The points as samples of one metric, bit by bit. */
export function batchOf(points: ChunkPoints): SampleColumns {
  const { length } = points;
  const batch = new SampleColumns(new MetricDictionary(), length);
  batch.dictionary.intern(GOLDEN_ID);
  batch.timestampsMs.set(points.timestampsMs.subarray(0, length));
  const bits = new BigUint64Array(points.values.buffer, points.values.byteOffset, length);
  new BigUint64Array(batch.values.buffer).set(bits);
  batch.length = length;
  return batch;
}
