/** Datasets made in tests, and read back. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobProgress } from '@windrow/pipeline';
import { exportDataset, type ExportReport } from '../src/dataset/export-dataset.ts';
import type { ExportRequest } from '../src/dataset/export-request.ts';
import { readExamples } from '../src/dataset/read-examples.ts';
import { readDataset } from '../src/dataset/read-manifest.ts';
import type { RunOwner } from '../src/output/run-owner.ts';
import { parseSplit } from '../src/splits/split-spec.ts';
import { definition, withPass, type RowSource } from './small-line.ts';

/** Knows of no run that has ended. */
const OWNER: RunOwner = { name: 'test', hasEnded: () => false };

export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'windrow-training-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Asked = Partial<Omit<ExportRequest, 'pass' | 'split' | 'output'>> & {
  readonly split?: string;
  readonly range?: ExportRequest['pass']['range'];
  readonly output?: Partial<ExportRequest['output']>;
  readonly onProgress?: (progress: JobProgress) => void;
};

/** Exports to `path`; every window unless something else is asked for. */
export function exportTo(
  path: string,
  source: RowSource,
  asked: Asked = {},
): Promise<ExportReport> {
  const { split = 'none', range, output, onProgress, ...others } = asked;
  return withPass(
    source,
    (pass) =>
      exportDataset({
        definitions: [definition()],
        dtype: 'float64',
        examples: { from: 'windows', windows: { targets: [], horizonMs: 0, spanMs: null } },
        asKnown: null,
        sliceMs: null,
        split: { text: split, spec: parseSplit(split) },
        embargoMs: 0,
        seed: 0,
        metricNames: new Map(),
        output: {
          path,
          overwrite: false,
          owner: OWNER,
          format: 'parquet',
          flat: 'none',
          npy: false,
          ...output,
        },
        tool: { version: '0', command: ['test'] },
        pass: onProgress === undefined ? pass : { ...pass, onProgress },
        ...others,
      }),
    range,
  );
}

export interface ExampleRecord extends Readonly<Record<string, unknown>> {
  readonly split: string;
  readonly window_end_ms: number;
}

/** All examples of a dataset as objects. */
export async function examplesOf(
  path: string,
  columns: readonly string[],
): Promise<ExampleRecord[]> {
  const dataset = await readDataset(path);
  const records: ExampleRecord[] = [];
  for await (const batch of readExamples(dataset, ['window_end_ms', ...columns])) {
    for (let i = 0; i < batch.length; i++) {
      const fields = columns.map((name) => {
        const value = batch.column(name)[i];
        if (typeof value === 'bigint') return [name, Number(value)] as const;
        return [name, isList(value) ? Array.from(value) : value] as const;
      });
      records.push({
        ...Object.fromEntries(fields),
        split: batch.split,
        window_end_ms: Number(batch.column('window_end_ms')[i]),
      });
    }
  }
  return records;
}

function isList(value: unknown): value is ArrayLike<number> {
  return typeof value === 'object' && value !== null && 'length' in value;
}

export async function manifestOf(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(path, 'dataset.json'), 'utf8')) as Record<string, unknown>;
}
