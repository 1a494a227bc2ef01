/** The series of a Parquet file in long form, each in the order of the file. */
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { join } from 'node:path';
import type { ChunkPoints } from '../../src/index.ts';

/** Real sensor data beside the project, not in it. */
export const FIXTURES: string = join(import.meta.dirname, '../../../../../shared/fixtures/data');

/** A metric's samples. */
export interface FixtureSeries {
  readonly id: string;
  readonly points: ChunkPoints;
}

const read: Map<string, Promise<readonly FixtureSeries[]>> = new Map();

/** The series of `liveline`, `wells` or `nab`, which are read once. */
export function fixtureSeries(name: string): Promise<readonly FixtureSeries[]> {
  let series = read.get(name);
  if (series === undefined) read.set(name, (series = readSeries(name)));
  return series;
}

async function readSeries(name: string): Promise<readonly FixtureSeries[]> {
  const file = await asyncBufferFromFile(join(FIXTURES, `${name}.parquet`));
  const rows = await parquetReadObjects({ file, compressors });
  const byId = new Map<string, { timestampsMs: number[]; values: number[] }>();
  for (const row of rows) {
    const id = String(row['metric_id']);
    let series = byId.get(id);
    if (series === undefined) byId.set(id, (series = { timestampsMs: [], values: [] }));
    series.timestampsMs.push(Number(row['timestamp_ms']));
    series.values.push(Number(row['value']));
  }
  return Array.from(byId, ([id, { timestampsMs, values }]) => ({
    id,
    points: {
      length: values.length,
      timestampsMs: Float64Array.from(timestampsMs),
      values: Float64Array.from(values),
    },
  }));
}

/** The points cut into chunks of `size`; the last may be shorter. */
export function* cut(points: ChunkPoints, size: number): Generator<ChunkPoints, void, undefined> {
  for (let from = 0; from < points.length; from += size) {
    const end = Math.min(from + size, points.length);
    yield {
      length: end - from,
      timestampsMs: points.timestampsMs.slice(from, end),
      values: points.values.slice(from, end),
    };
  }
}
