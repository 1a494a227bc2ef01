/**
 * What batching is worth, and what ours costs over the limit: windows of one model scored
 *
 * - `raw`: a bare loop over `session.run` with batches that lie ready; the limit, and nobody's job, since somebody has to make the
 *   batches. The best of several batch sizes counts;
 * - `raw, filled`: the same, each window first copied into its batch (best batch size again);
 * - `ours`: `reserve`, the same copy, `commit`, `drain`;
 * - `alone`: a run for each window.
 *
 *     node --conditions=windrow-source bench/src/scoring/batching.ts [windows]
 *
 * All give the same numbers, which is checked first. Each runs in processes of its own, in turns, and the medians of their CPU time
 * count (user and system, all threads: what a window costs, also where other work shares the cores).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkDefinitions, windowCells, type Definition } from '@windrow/core';
import { FolderModelStore, createScorer } from '@windrow/scoring';

const FIXTURES = join(import.meta.dirname, '../../../../shared/fixtures');
const CASES: readonly (readonly [data: string, output: string])[] = [
  ['liveline', 'liveline-ridge-300-10'],
  ['liveline', 'liveline-mlp-60-5'],
  ['liveline', 'liveline-f32-300-10-linear'],
  ['liveline', 'liveline-lgbm-120-30'],
  ['nab', 'nab-next-7200-300'],
];
const BATCH_ROWS = [16, 64, 256] as const;
const ROUNDS = 3;
/** Distinct windows; they are scored again and again. */
const WINDOWS_KEPT = 512;
const TOLERANCE = 1e-6;

type Row = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

interface Case {
  readonly definition: Definition;
  readonly modelPath: string;
  readonly rowLength: number;
  /** `WINDOWS_KEPT` windows one after the other. */
  readonly windows: Row;
}

interface Timing {
  readonly usPerWindow: number;
  readonly scores: readonly number[];
}

/** Scores `count` windows (window `i` is row `i % WINDOWS_KEPT`) and keeps the first scores. */
type Contender = (c: Case, count: number) => Promise<Timing>;

const contenders: Readonly<Record<string, Contender>> = {
  ...Object.fromEntries(
    BATCH_ROWS.flatMap((rows): [string, Contender][] => [
      [`raw ${rows}`, (c, count) => raw(c, count, rows, false)],
      [`raw, filled ${rows}`, (c, count) => raw(c, count, rows, true)],
    ]),
  ),
  ours,
  // Ten times as slow: fewer will do.
  alone: (c, count) => raw(c, Math.max(WINDOWS_KEPT, count / 16), 1, false),
};

async function raw(c: Case, count: number, rows: number, isFilled: boolean): Promise<Timing> {
  const session = await InferenceSession.create(c.modelPath, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ['cpu'],
    enableCpuMemArena: false,
    enableMemPattern: false,
  });
  const [input] = session.inputMetadata;
  if (input === undefined || !input.isTensor) throw new Error(`${c.modelPath}: no tensor input`);
  const [output] = session.outputNames;
  const dims = input.shape.length === 2 ? [c.rowLength] : rowDims(c.definition);
  const name = input.name;
  const batch = c.windows.slice(0, rows * c.rowLength);
  const scores: number[] = [];
  const pass = async (windows: number): Promise<void> => {
    for (let done = 0; done < windows; done += rows) {
      const from = (done % WINDOWS_KEPT) * c.rowLength;
      let data = c.windows.subarray(from, from + rows * c.rowLength);
      if (isFilled) {
        for (let row = 0; row < rows; row++) copyWindow(c, done + row, batch, row * c.rowLength);
        data = batch;
      }
      const tensor =
        data instanceof Float64Array
          ? new Tensor('float64', data, [rows, ...dims])
          : new Tensor('float32', data, [rows, ...dims]);
      const results = await session.run({ [name]: tensor }, [output!]);
      keep(scores, results[output!]!.data as Float64Array);
    }
  };
  await pass(WINDOWS_KEPT);
  const start = process.cpuUsage();
  await pass(count);
  return { usPerWindow: cpuUs(start) / count, scores };
}

async function ours(c: Case, count: number): Promise<Timing> {
  const store = new FolderModelStore(join(FIXTURES, 'models'));
  const scorer = await createScorer([c.definition], store, { nowMs: () => performance.now() });
  const scores: number[] = [];
  const pass = async (windows: number): Promise<void> => {
    for (let done = 0; done < windows; done++) {
      let row = scorer.reserve(0);
      while (row === null) {
        await scorer.drain(false, (batch) => keep(scores, batch.values));
        row = scorer.reserve(0);
      }
      copyWindow(c, done, row.data, row.offset);
      scorer.commit(0, done);
      // As a pipeline does: now and then, and always at the end of a step.
      if (done % WINDOWS_KEPT === WINDOWS_KEPT - 1) {
        await scorer.drain(false, (batch) => keep(scores, batch.values));
      }
    }
    await scorer.drain(true, (batch) => keep(scores, batch.values));
  };
  await pass(WINDOWS_KEPT);
  const start = process.cpuUsage();
  await pass(count);
  const usPerWindow = cpuUs(start) / count;
  await scorer.close();
  return { usPerWindow, scores };
}

function cpuUs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function copyWindow(c: Case, window: number, out: Float64Array | Float32Array, at: number): void {
  const from = (window % WINDOWS_KEPT) * c.rowLength;
  out.set(c.windows.subarray(from, from + c.rowLength), at);
}

function keep(scores: number[], values: Float64Array | Float32Array): void {
  for (let i = 0; i < values.length && scores.length < WINDOWS_KEPT; i++) scores.push(values[i]!);
}

function rowDims(definition: Definition): number[] {
  const dims = [definition.inputMetricIds.length, windowCells(definition)];
  return definition.layout === 'channel_major' ? dims : dims.toReversed();
}

function openCase(data: string, output: string): Case {
  const file = join(FIXTURES, `definitions/${data}.json`);
  const raws = JSON.parse(readFileSync(file, 'utf8')) as unknown[];
  const definition = checkDefinitions(
    raws.map((value, i) => ({ value, where: `entry ${i + 1}` })),
    file,
  ).find((d) => d.outputMetricName === output);
  if (definition === undefined) throw new Error(`${file}: no definition ${output}`);
  const rowLength = definition.inputMetricIds.length * windowCells(definition);
  const isFloat = output.includes('f32');
  const windows = new (isFloat ? Float32Array : Float64Array)(WINDOWS_KEPT * rowLength);
  // A fixed sequence of numbers that look like readings: a level for each window, and a ripple.
  for (let i = 0; i < windows.length; i++) {
    windows[i] = 60 + (Math.floor(i / rowLength) % 37) + Math.sin(i * 0.37);
  }
  const version = output.startsWith('nab-next') ? 10 : 1;
  const modelPath = join(FIXTURES, `models/${definition.modelIdentifier}/${version}/model.onnx`);
  return { definition, modelPath, rowLength, windows };
}

async function checkEqual(c: Case): Promise<void> {
  const expected = (await raw(c, WINDOWS_KEPT, 1, false)).scores;
  for (const [name, contender] of Object.entries(contenders)) {
    const { scores } = await contender(c, WINDOWS_KEPT);
    const isEqual =
      scores.length === expected.length &&
      scores.every((v, i) => Math.abs(v - expected[i]!) <= TOLERANCE * Math.abs(expected[i]!));
    if (!isEqual) throw new Error(`${c.definition.outputMetricName}: ${name} gives other numbers`);
  }
}

function timeInProcess(data: string, output: string, name: string, count: number): number {
  const self = fileURLToPath(import.meta.url);
  const text = execFileSync(
    process.execPath,
    ['--conditions=windrow-source', self, '--child', data, output, name, String(count)],
    { encoding: 'utf8' },
  );
  return Number(text);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === '--child') {
    const [, data, output, name, count] = args;
    const { usPerWindow } = await contenders[name!]!(openCase(data!, output!), Number(count));
    process.stdout.write(String(usPerWindow));
    return;
  }
  if (!existsSync(FIXTURES)) {
    console.log('skipped: ../shared is not beside the project');
    return;
  }
  const count = Math.ceil(Number(args[0] ?? 262_144) / WINDOWS_KEPT) * WINDOWS_KEPT;
  console.log(
    `${count} windows, ${ROUNDS} processes each; Node ${process.version}, ${process.arch}, ${availableParallelism()} cores`,
  );
  console.log('CPU microseconds a window; x: ours over it (over 1: ours is slower)');
  for (const [data, output] of CASES) {
    await checkEqual(openCase(data, output));
    const times = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, list] of times) list.push(timeInProcess(data, output, name, count));
    }
    const best = (prefix: string): number =>
      Math.min(...[...times].filter(([n]) => n.startsWith(prefix)).map(([, t]) => median(t)));
    const our = median(times.get('ours')!);
    const peers = { raw: best('raw '), 'raw, filled': best('raw, filled '), alone: best('alone') };
    const line = Object.entries(peers).map(
      ([name, us]) => `${name} ${us.toFixed(2)} (x ${(our / us).toFixed(2)})`,
    );
    console.log(`${output}: ours ${our.toFixed(2)}, ${line.join(', ')}`);
  }
}

await main(process.argv.slice(2));
