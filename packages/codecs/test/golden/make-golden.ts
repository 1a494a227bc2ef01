/**
 * `npm run make:golden` writes the golden files that are missing. Those that are there stay: a released version is read
 * forever.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_BYTES, encodeRecords } from '../../src/index.ts';
import { chunkOf } from '../chunk/round-trip.ts';
import { streamOf } from '../stream/stream-rows.ts';
import { goldenChunks, goldenStreams } from './golden-cases.ts';
import { batchOf } from './golden-files.ts';
import type { SampleBatch } from '@windrow/core';

const folder = join(import.meta.dirname, 'v1');

function writeMissing(name: string, bytes: Uint8Array): void {
  const path = join(folder, name);
  if (!existsSync(path)) writeFileSync(path, bytes);
}

function recordsOf(batch: SampleBatch): Uint8Array {
  const bytes = new Uint8Array(batch.length * RECORD_BYTES);
  encodeRecords(batch, bytes, 0);
  return bytes;
}

for (const { name, points, stats } of goldenChunks) {
  writeMissing(`${name}.chunk`, chunkOf(points, { stats }));
  writeMissing(`${name}.chunk.records`, recordsOf(batchOf(points)));
}
for (const { name, batch, rowsPerBlock } of goldenStreams) {
  writeMissing(`${name}.stream`, streamOf([batch], rowsPerBlock));
  writeMissing(`${name}.stream.records`, recordsOf(batch));
}
