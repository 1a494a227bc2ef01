/**
 * From simulated lines with late laboratory results to a trained model and a running stream, as docs/TRAINING.md tells it.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { readDefinitions } from '@windrow/io';
import { runCommand } from '../kit/run-command.ts';
import { inFolder, pythonWith, runProgram, succeed } from './in-folder.ts';

const LINES = 3;
const SIMULATION = ['--lines', String(LINES), '--hours', '6', '--seed', '11'];
const python = await pythonWith(['pyarrow', 'sklearn', 'skl2onnx', 'onnx', 'onnxruntime']);
const SKIPPED_PYTHON =
  python === null
    ? ' (skipped: no Python with pyarrow, scikit-learn, skl2onnx; WINDROW_PYTHON names one)'
    : '';
const TRAIN = 'examples/python/train/train.py';

let folder: string;
const input = (name: string): string => join(folder, name);

/** The inputs of all tests, made once, and one dataset of them. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-training-'));
  await succeed('simulate', [
    ...SIMULATION,
    ...['--out', input('samples.parquet'), '--lab', input('lab.csv')],
    ...['--definitions', input('definitions.json'), '--metrics', input('metrics.csv')],
  ]);
  await succeed('train-export', exportArgs(input('dataset')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function exportArgs(out: string, labels: string = input('lab.csv')): string[] {
  return [
    ...['--definitions', input('definitions.json'), '--source', input('samples.parquet')],
    ...['--labels', labels, '--split', 'time:0.7/0.3', '--out', out],
    ...['--metrics', input('metrics.csv'), '--progress', 'none', '--npy'],
  ];
}

interface Manifest {
  readonly examples: {
    readonly rows: Record<string, number>;
    readonly settled: Record<string, number>;
  };
  readonly data: readonly { readonly split: string; readonly examples: number }[];
  readonly splits: { readonly purged: number };
}

function manifestOf(dataset: string): Manifest {
  return JSON.parse(readFileSync(`${dataset}/dataset.json`, 'utf8')) as Manifest;
}

describe('laboratory results', () => {
  it('are all accounted for, and the same command gives the same bytes', async () => {
    const { examples, data, splits } = manifestOf(input('dataset'));
    const { received, settled, ...refused } = examples.rows;
    expect(received).toBe(labRows().length);
    expect(sum(Object.values(refused)) + settled!).toBe(received);
    expect(sum(Object.values(examples.settled))).toBe(settled);
    expect(sum(data.map((split) => split.examples)) + splits.purged).toBe(examples.settled['used']);
    const first = fileBytes(input('dataset'));
    await succeed('train-export', [...exportArgs(input('dataset')), '--overwrite']);
    const second = fileBytes(input('dataset'));
    // Only the command itself differs.
    expect(second['dataset.json']!.toString().replace(/,\s*"--overwrite"/, '')).toBe(
      first['dataset.json']!.toString(),
    );
    delete first['dataset.json'];
    delete second['dataset.json'];
    expect(second).toEqual(first);
  });

  it('are not there before they are known', () =>
    inFolder(async (path) => {
      const asOf = '2026-01-05T12:00:00Z';
      await succeed('train-export', [...exportArgs(path('dataset')), '--labels-as-of', asOf]);
      const { examples } = manifestOf(path('dataset'));
      const known = labRows().filter((row) => Number(row.split(',')[2]) <= Date.parse(asOf)).length;
      expect(known).toBeGreaterThan(0);
      expect(examples.rows).toMatchObject({
        settled: known,
        not_yet_known: labRows().length - known,
      });
    }));
});

describe('what goes wrong', () => {
  it.each([
    {
      what: 'a source that is not there',
      args: () => ['--source', input('none.parquet')],
      code: 1,
      message: /there is nothing, expected a file/,
    },
    {
      what: 'labels that are not there',
      args: () => ['--labels', input('none.csv')],
      code: 1,
      message: /none\.csv: cannot be read as a table/,
    },
    {
      what: 'options that do not go together',
      args: () => ['--horizon', '60'],
      code: 2,
      message: /--horizon does nothing with --labels/,
    },
    {
      what: 'a split by what is not there',
      args: () => ['--split', 'group:product'],
      code: 2,
      message: /found no such column in the labels, expected one of line/,
    },
  ])('$what leaves nothing behind', ({ args, code, message }) =>
    inFolder(async (path) => {
      const asked = exportArgs(path('dataset'));
      const own = args();
      const at = asked.indexOf(own[0]!);
      if (at >= 0) asked.splice(at, 2);
      const result = await runCommand('train-export', [...asked, ...own]);
      expect(result.stderr).toMatch(message);
      expect(result.code).toBe(code);
      expect(readdirSync(path(''))).toEqual([]);
    }),
  );
});

describe.skipIf(process.platform === 'win32')(
  'a disk that is full (skipped: Windows has no bash)',
  () => {
    it('leaves nothing behind, and says where there was no room', () =>
      inFolder(async (path) => {
        // Files of at most 1 MiB, as a stand-in: writing more fails like a full disk.
        const main = join(import.meta.dirname, '../../../apps/train-export/src/main.ts');
        const limited = ['ulimit -f 1024; exec "$0" "$@"', process.execPath];
        const node = ['--conditions=windrow-source', main, ...exportArgs(path('dataset'))];
        const result = await runProgram('bash', ['-c', ...limited, ...node]);
        expect(result!.stderr).toMatch(/error: .*cannot (?:be written|write temporary data)/);
        expect(result!.code).toBe(1);
        expect(readdirSync(path(''))).toEqual([]);
      }));
  },
);

describe.skipIf(python === null)(`the data scientist's side${SKIPPED_PYTHON}`, () => {
  it('trains a model that the scorer takes, and that scores as it was measured', () =>
    inFolder(async (path) => {
      const trained = await runProgram(python!, [TRAIN, input('dataset'), path('models')]);
      expect(trained!.stderr).toBe('');
      const model = path('models/extrusion-quality/1/model.onnx');
      const measured = /train: \d+ examples, R2 ([\d.]+), MAE ([\d.]+)/.exec(trained!.stdout)!;
      const [train] = await scoresOf(model, input('dataset'));
      expect(train!.model.r2).toBeCloseTo(Number(measured[1]), 3);
      expect(train!.model.mae).toBeCloseTo(Number(measured[2]), 3);
      // The store holds it, its metadata agree with the definitions, and golden.json with what it says.
      const { definitions } = await readDefinitions(input('definitions.json'));
      const store = new FolderModelStore(path('models'));
      const scorer = await createScorer(definitions, store, { nowMs: () => performance.now() });
      expect(scorer.targets).toHaveLength(LINES);
      await scorer.close();
      const streamed = await succeed('stream', [
        ...['--definitions', input('definitions.json'), '--models', path('models')],
        ...['--source', input('samples.parquet'), '--sink', path('live.csv')],
        ...['--progress', 'none'],
      ]);
      expect(streamed.stderr).toMatch(/predictions +[\d,]+ to/);
      expect(readFileSync(path('live.csv'), 'utf8').split('\n').length).toBeGreaterThan(900);
    }));

  it('cannot predict a target that was shuffled in time', () =>
    inFolder(async (path) => {
      // Each result goes to a product made long before or after it.
      const rows = labRows().map((row) => row.split(','));
      const moved = rows.map((fields, i) =>
        fields.with(3, rows[(i * 31 + 17) % rows.length]![3]!).join(','),
      );
      const header = 'line_id,timestamp_ms,known_ms,value,target';
      writeFileSync(path('lab.csv'), `${[header, ...moved].join('\n')}\n`);
      await succeed('train-export', exportArgs(path('dataset'), path('lab.csv')));
      await runProgram(python!, [TRAIN, path('dataset'), path('models')]);
      const model = path('models/extrusion-quality/1/model.onnx');
      const scores = await scoresOf(model, path('dataset'));
      const test = scores.find(({ split, group }) => split === 'test' && group === null)!;
      expect(test.model.r2).toBeLessThan(0.2);
    }));
});

interface Score {
  readonly split: string;
  readonly group: unknown;
  readonly model: { readonly r2: number; readonly mae: number };
}

async function scoresOf(model: string, dataset: string): Promise<readonly Score[]> {
  const { stdout } = await succeed('train-export', ['score', model, dataset, '--json']);
  return (JSON.parse(stdout) as { readonly rows: readonly Score[] }).rows;
}

/** Rows of the laboratory's table, without its header. */
function labRows(): string[] {
  return readFileSync(input('lab.csv'), 'utf8').trimEnd().split('\n').slice(1);
}

const readers = await pythonWith(['pyarrow', 'pandas', 'polars']);
const SKIPPED_READERS =
  readers === null
    ? ' (skipped: no Python with pyarrow, pandas, polars; WINDROW_PYTHON names one)'
    : '';

describe.skipIf(readers === null)(`pyarrow, pandas and polars${SKIPPED_READERS}`, () => {
  it.each(['parquet', 'arrow'])('read a dataset of %s files', (format) =>
    inFolder(async (path) => {
      let dataset = input('dataset');
      if (format === 'arrow') {
        dataset = path('dataset');
        await succeed('train-export', [...exportArgs(dataset), '--format', 'arrow']);
      }
      const read = await runProgram(readers!, ['-c', READ, dataset, format]);
      expect(read!.stderr).toBe('');
      const { data } = manifestOf(dataset);
      const total = sum(data.map((split) => split.examples));
      expect(JSON.parse(read!.stdout)).toEqual({
        type: 'extension<arrow.fixed_shape_tensor[value_type=double, shape=[25,300], dim_names=[channel,cell]]>',
        shape: [total, 25, 300],
        splits: Object.fromEntries(data.map((split) => [split.split, split.examples])),
        same: true,
        npy: [data[0]!.examples, 25, 300],
        pandas: [total, 7500],
        polars: total,
      });
    }),
  );
});

const READ = `
import json, sys
import numpy as np, pandas as pd, polars as pl, pyarrow.dataset as ds
folder, form = sys.argv[1:]
table = ds.dataset(folder + '/data', format='parquet' if form == 'parquet' else 'ipc', partitioning='hive').to_table()
tensors = table['tensor'].combine_chunks()
tensors = tensors.chunk(0) if hasattr(tensors, 'chunk') else tensors
array = tensors.to_numpy_ndarray()
train = np.array(table['split'].to_pylist()) == 'train'
npy = np.load(folder + '/npy/train-tensors.npy')
if form == 'parquet':
    frame = pd.read_parquet(folder + '/data')
    polars = pl.scan_parquet(folder + '/data/**/*.parquet', hive_partitioning=True).collect()
else:
    frame = pd.concat(pd.read_feather(f'{folder}/data/split={s}/part-0.arrow') for s in ('train', 'test'))
    polars = pl.concat(pl.read_ipc(f'{folder}/data/split={s}/part-0.arrow') for s in ('train', 'test'))
print(json.dumps({
    'type': str(table.schema.field('tensor').type),
    'shape': array.shape,
    'splits': {s: int(n) for s, n in zip(*np.unique(table['split'].to_pylist(), return_counts=True))},
    'same': bool((array[train] == npy).all()),
    'npy': npy.shape,
    'pandas': [len(frame), len(frame['tensor'].iloc[0])],
    'polars': polars.height,
}))
`;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function fileBytes(dataset: string): Record<string, Buffer> {
  return Object.fromEntries(
    readdirSync(dataset, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry): [string, Buffer] => {
        const whole = `${entry.parentPath}/${entry.name}`;
        return [whole.slice(dataset.length + 1), readFileSync(whole)];
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
