/** Predictions for tests of live sinks. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDefinitions, type PredictionBatch } from '@windrow/core';
import { fileSource } from '../../src/index.ts';
import { readAll } from '../samples.ts';

export const HOUR_MS = 3_600_000;
/** 2026-11-22T10:00:00Z */
export const TEN_MS = Date.UTC(2026, 10, 22, 10);

const definitions = checkDefinitions(
  ['0', '1'].map((digit) => ({
    where: `entry ${digit}`,
    value: {
      input_metric_ids: ['3ea26934-8464-54d1-86a6-70a5c7c9a5f3'],
      window_size_s: 300,
      step_size_s: 10,
      line_id: '613cbd00-1279-420e-b0c5-dc310b9978b9',
      model_identifier: 'a',
      model_version: null,
      output_metric_id: `1caeef70-43b1-4813-9698-c9462e2d1de${digit}`,
      output_device_id: 'b9be0864-8a25-4260-bd84-0c90aac0c38a',
      output_machine_id: '602edb42-9d61-42c0-869c-3897b9d040c7',
      output_metric_name: `p${digit}`,
    },
  })),
  'test',
);

/** One prediction a window end, of the first definition, revision 0, unless said otherwise. */
export function predictions(
  endsMs: readonly number[],
  { definition = 0, revision = 0, value = 1.5 } = {},
): PredictionBatch {
  const of = (x: number): Int32Array => new Int32Array(endsMs.length).fill(x);
  return {
    length: endsMs.length,
    definitions,
    models: [{ identifier: 'a', version: 3, sha256: 'ab' }],
    definitionIndex: of(definition),
    modelIndex: of(0),
    windowEndsMs: Float64Array.from(endsMs),
    values: new Float64Array(endsMs.length).fill(value),
    revisions: of(revision),
  };
}

export const plus = (...minutes: number[]): number[] => minutes.map((m) => TEN_MS + m * 60_000);

/** The files that a loader would see. */
export async function visible(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
}

/** Window ends in a file of predictions, in minutes after ten. */
export async function minutesIn(folder: string, name: string): Promise<number[]> {
  const { rows } = await readAll(fileSource(join(folder, name)));
  return rows.map((row) => (row.timestampMs - TEN_MS) / 60_000);
}

export async function linesIn(path: string): Promise<unknown[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
