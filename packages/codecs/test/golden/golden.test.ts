import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MetricDictionary, SampleColumns } from '@windrow/core';
import { RECORD_BYTES, StreamDecoder, decodeRecords } from '../../src/index.ts';
import { chunkOf, decoded, difference } from '../chunk/round-trip.ts';
import { rowsOf, streamOf } from '../stream/stream-rows.ts';
import { goldenChunks, goldenStreams } from './golden-cases.ts';
import { batchOf, goldenBytes } from './golden-files.ts';

/** The rows of a file of records. */
function recordRows(name: string): string[] {
  const bytes = goldenBytes(name);
  const columns = new SampleColumns(new MetricDictionary(), bytes.length / RECORD_BYTES);
  decodeRecords(bytes, 0, bytes.length, columns);
  return rowsOf(columns);
}

describe('golden files of version 1', () => {
  it('are all there, and no others', () => {
    const names = [
      ...goldenChunks.map(({ name }) => `${name}.chunk`),
      ...goldenStreams.map(({ name }) => `${name}.stream`),
    ];
    const files = readdirSync(join(import.meta.dirname, 'v1'));
    expect(files.toSorted()).toEqual(names.flatMap((name) => [name, `${name}.records`]).toSorted());
  });

  it.each(goldenChunks)('chunk $name is read', ({ name, points }) => {
    const back = decoded(goldenBytes(`${name}.chunk`), points.length);
    expect(difference(back, points)).toBeNull();
    expect(recordRows(`${name}.chunk.records`)).toEqual(rowsOf(batchOf(points)));
  });

  it.each(goldenStreams)('stream $name is read', ({ name, batch }) => {
    const decoder = new StreamDecoder(new MetricDictionary(), () => expect.unreachable());
    const rows: string[] = [];
    for (const back of decoder.push(goldenBytes(`${name}.stream`))) rows.push(...rowsOf(back));
    expect(rows).toEqual(rowsOf(batch));
    expect(recordRows(`${name}.stream.records`)).toEqual(rows);
  });

  // The format promises that files are read, not that they are written alike: an encoder that finds a shorter form may
  // change what stands here, and only here.
  it('are what is written today', () => {
    for (const { name, points, stats } of goldenChunks) {
      expect(chunkOf(points, { stats })).toEqual(goldenBytes(`${name}.chunk`));
    }
    for (const { name, batch, rowsPerBlock } of goldenStreams) {
      expect(streamOf([batch], rowsPerBlock)).toEqual(goldenBytes(`${name}.stream`));
    }
  });
});
