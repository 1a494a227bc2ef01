/**
 * A job that is small enough to be started by the dozen: lines of two metrics, windows of ten seconds, one every second, and a model that
 * gives their mean plus its version.
 */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeOnnxModel } from '../../../scripts/onnx/model-proto.ts';

const WINDOW_S = 10;

/** A UUID by a kind and a number. */
function idOf(kind: number, n: number): string {
  const digits = n.toString(16).padStart(12, '0');
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${digits}`;
}

export const lineId = (line: number): string => idOf(1, line);
export const outputId = (line: number): string => idOf(2, line);
const metricId = (line: number, input: number): string => idOf(3, line * 2 + input);

export function definitionsOf(
  lines: readonly number[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  const entries = lines.map((line) => ({
    input_metric_ids: [metricId(line, 0), metricId(line, 1)],
    window_size_s: WINDOW_S,
    step_size_s: 1,
    line_id: lineId(line),
    model_identifier: 'mean',
    model_version: null,
    output_metric_id: outputId(line),
    output_device_id: idOf(4, line),
    output_machine_id: idOf(5, line),
    output_metric_name: `mean-${line}`,
    ...more,
  }));
  return JSON.stringify(entries);
}

function meanModel(version: number): Uint8Array {
  return encodeOnnxModel({
    name: 'mean',
    inputs: [{ name: 'x', shape: ['N', 2, WINDOW_S] }],
    outputs: [{ name: 'y', shape: ['N'] }],
    nodes: [
      { op: 'ReduceMean', inputs: ['x'], output: 'm', attributes: { axes: [1, 2], keepdims: 0 } },
      { op: 'Add', inputs: ['m', 'v'], output: 'y' },
    ],
    initializers: [{ name: 'v', dims: [1], data: Float64Array.of(version) }],
    metadata: {},
  });
}

/** Both samples of a line at a second, as NDJSON. */
export function secondOf(line: number, s: number, value = s % 60): string {
  return [0, 1]
    .map(
      (input) =>
        `${JSON.stringify({ metric_id: metricId(line, input), timestamp_ms: s * 1000, value })}\n`,
    )
    .join('');
}

/** The seconds `[from, to)` of some lines, in order of time. */
export function secondsOf(lines: readonly number[], from: number, to: number): string {
  let text = '';
  for (let s = from; s < to; s++) for (const line of lines) text += secondOf(line, s);
  return text;
}

export interface TinyJob {
  readonly folder: string;
  readonly definitions: string;
  readonly models: string;
  /** The followed file, empty at first. */
  readonly input: string;
  readonly out: string;
  /** What every run of it is given. */
  readonly args: readonly string[];
  path(name: string): string;
  addModel(version: number): Promise<void>;
}

/** Runs with a job in a folder of its own, which is removed afterwards. */
export async function withTinyJob<T>(
  lines: readonly number[],
  run: (job: TinyJob) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'windrow-stream-'));
  const path = (name: string): string => join(folder, name);
  const job: TinyJob = {
    folder,
    definitions: path('definitions.json'),
    models: path('models'),
    input: path('in/samples.ndjson'),
    out: path('out'),
    args: [
      ...['--definitions', path('definitions.json'), '--models', path('models')],
      ...['--source', `follow:${path('in')}?poll=20ms`, '--idle-after', '0'],
      ...['--sink', `files:${path('out')}?format=ndjson&interval=1h&at_stop=finish`],
      ...['--dead-letter', path('letters.ndjson'), '--http', '0'],
    ],
    path,
    addModel: async (version) => {
      await mkdir(path(`models/mean/${version}`), { recursive: true });
      await writeFile(path(`models/mean/${version}/model.onnx`), meanModel(version));
    },
  };
  try {
    await mkdir(path('in'));
    await writeFile(job.input, '');
    await writeFile(job.definitions, definitionsOf(lines));
    await job.addModel(1);
    return await run(job);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface WrittenPrediction {
  readonly metric_id: string;
  readonly window_end_ms: number;
  readonly revision: number;
  readonly value: number;
  readonly model_identifier: string;
  readonly model_version: number;
}

/** Everything in the files of a folder, by name; a name that is there twice is an error. */
export async function predictionsIn(folder: string): Promise<Map<string, WrittenPrediction>> {
  const byName = new Map<string, WrittenPrediction>();
  const files = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  for (const file of files.toSorted()) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const prediction = JSON.parse(line) as WrittenPrediction;
      const name = `${prediction.metric_id},${prediction.window_end_ms},${prediction.revision}`;
      if (byName.has(name)) throw new Error(`${name} is there twice`);
      byName.set(name, prediction);
    }
  }
  return byName;
}

export async function lettersIn(path: string): Promise<{ readonly reason: string }[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly reason: string });
}
