/**
 * All windows of a step at once: 15 000 windows of 1500 models, ten of each, as they fall due where nothing spreads them. CPU time a
 * window, and how long until the last is scored:
 *
 * - `raw`: a loop over `session.run` with batches of ten, all of which lie ready: 900 MB; the limit, and nobody's job;
 * - `raw, cached`: the same with batches that lie in 4 MB, each nearly the one before: what the runtime takes if reading a window cost nothing;
 * - `raw, filled`: these windows, each copied into one and the same batch;
 * - `ours`: `reserve`, the same copy, `commit`, `drain`, in the order in which the engine brings windows: line by line, those that use the
 *   same models beside each other. A step has 900 MB of tensors, the scorer 64 MiB for batches;
 * - `alone`: a run for each ready window, model after model.
 *
 *     node --conditions=windrow-source bench/src/scoring/burst.ts [--models 1500 | --small]
 *
 * All give the same numbers, which is checked. Each runs in a process of its own, in turns; medians count. The clock starts after some
 * steps and a collection of what the start left behind: 15 000 definitions and their plan are read once a process, not once a step.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { planWindows } from '@windrow/windowing';
import { PER_LINE, SENSORS, WINDOW_S, buildFleet, writeModels } from './fleet.ts';

const ROW = SENSORS * WINDOW_S;
const ROUNDS = 3;
/** Before the clock starts: buffers and rooms find their size, and what the start left behind is collected. */
const WARM_UP_STEPS = 5;
const STEPS = 6;
const NAMES = ['raw', 'raw, cached', 'raw, filled', 'ours', 'alone'] as const;
type Name = (typeof NAMES)[number];

interface Timing {
  readonly usPerWindow: number;
  /** Of the last step, until its last score. */
  readonly stepMs: number;
  readonly sum: number;
}

/** Windows of a step, for each model ten: `score` goes through them once and returns the sum of what came out. */
type Step = () => Promise<number>;

/** Distinct windows, one after the other; window `w` of a model is `w % WINDOWS_KEPT`. */
const WINDOWS_KEPT = 64;

async function windows(): Promise<Float64Array<ArrayBuffer>> {
  const { value } = await buildFleet(1, ['any']);
  const data = new Float64Array(WINDOWS_KEPT * ROW);
  for (let i = 0; i < data.length; i++) {
    const window = Math.floor(i / ROW);
    const sensor = Math.floor((i % ROW) / WINDOW_S);
    data[i] = value(window, sensor, (i % WINDOW_S) + window);
  }
  return data;
}

async function rawStep(paths: readonly string[], name: Name): Promise<Step> {
  const rows = name === 'alone' ? 1 : PER_LINE;
  const data = await windows();
  const all = name === 'raw' ? readyBatches(data, paths.length) : null;
  const batch = new Float64Array(rows * ROW);
  const sessions: InferenceSession[] = [];
  for (const path of paths) {
    sessions.push(
      await InferenceSession.create(readFileSync(path), {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionProviders: ['cpu'],
        enableCpuMemArena: false,
        enableMemPattern: false,
      }),
    );
  }
  const [input] = sessions[0]!.inputNames;
  const [output] = sessions[0]!.outputNames;
  return async () => {
    let sum = 0;
    for (let done = 0; done < PER_LINE; done += rows) {
      for (const [m, session] of sessions.entries()) {
        const from = (all === null ? windowOf(m, done) : m * PER_LINE) * ROW;
        let ready: Float64Array<ArrayBuffer> = (all ?? data).subarray(from, from + rows * ROW);
        if (name === 'raw, filled') {
          for (let row = 0; row < rows; row++) {
            const at = windowOf(m, done + row) * ROW;
            batch.set(data.subarray(at, at + ROW), row * ROW);
          }
          ready = batch;
        }
        const tensor = new Tensor('float64', ready, [rows, SENSORS, WINDOW_S]);
        const results = await session.run({ [input!]: tensor }, [output!]);
        for (const v of results[output!]!.data as Float64Array) sum += v;
      }
    }
    return sum;
  };
}

/** Those of all models, one after the other. */
function readyBatches(data: Float64Array, models: number): Float64Array<ArrayBuffer> {
  const all = new Float64Array(models * PER_LINE * ROW);
  for (let m = 0; m < models; m++) {
    const from = windowOf(m, 0) * ROW;
    all.set(data.subarray(from, from + PER_LINE * ROW), m * PER_LINE * ROW);
  }
  return all;
}

/** Ten windows in a row that do not pass the end. */
function windowOf(model: number, row: number): number {
  return (model % (WINDOWS_KEPT - PER_LINE)) + row;
}

async function ourStep(root: string, models: readonly string[]): Promise<Step> {
  const data = await windows();
  const { definitions, dictionary } = await buildFleet(models.length, models);
  const scorer = await createScorer(definitions, new FolderModelStore(root), {
    nowMs: () => performance.now(),
  });
  const plan = planWindows(scorer.targets, dictionary);
  const order = Int32Array.from(plan.lines.flatMap((line) => line.windows.map((w) => w.target)));
  const place = new Map(models.map((name, m) => [name, m]));
  const modelOf = Int32Array.from(definitions, (d) => place.get(d.modelIdentifier)!);
  let end = 0;
  return async () => {
    let sum = 0;
    const take = ({ values }: { readonly values: Float64Array }): void => {
      for (const v of values) sum += v;
    };
    const seen = new Int32Array(models.length);
    end++;
    for (const target of order) {
      let row = scorer.reserve(target);
      // As the jobs do: full batches make room as a rule.
      for (let all = false; row === null; all = true) {
        await scorer.drain(all, take);
        row = scorer.reserve(target);
      }
      const m = modelOf[target]!;
      const at = windowOf(m, seen[m]!++) * ROW;
      row.data.set(data.subarray(at, at + ROW), row.offset);
      scorer.commit(target, end);
    }
    await scorer.drain(true, take);
    return sum;
  };
}

async function time(root: string, models: readonly string[], name: Name): Promise<Timing> {
  const paths = models.map((model) => join(root, model, '1', 'model.onnx'));
  const step = name === 'ours' ? await ourStep(root, models) : await rawStep(paths, name);
  let sum = 0;
  for (let i = 0; i < WARM_UP_STEPS; i++) sum = await step();
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  let stepMs = 0;
  for (let i = 0; i < STEPS; i++) {
    const startMs = performance.now();
    sum = await step();
    stepMs = performance.now() - startMs;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { usPerWindow: (user + system) / (STEPS * models.length * PER_LINE), stepMs, sum };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: '1500' },
      small: { type: 'boolean', default: false },
      child: { type: 'string' },
      root: { type: 'string' },
    },
  });
  const count = values.small ? 20 : Number(values.models);
  const rounds = values.small ? 1 : ROUNDS;
  if (values.child !== undefined) {
    const models = Array.from({ length: count }, (_, i) => `model-${i}`);
    const timing = await time(values.root!, models, values.child as Name);
    process.stdout.write(JSON.stringify(timing));
    return;
  }
  const root = mkdtempSync(join(tmpdir(), 'windrow-burst-'));
  try {
    writeModels(root, count);
    const timings = new Map<Name, Timing[]>(NAMES.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, list] of timings) list.push(inProcess(root, count, name));
    }
    print(timings, count, rounds);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function inProcess(root: string, models: number, name: Name): Timing {
  const self = fileURLToPath(import.meta.url);
  const args = [
    '--expose-gc',
    '--conditions=windrow-source',
    self,
    '--child',
    name,
    '--root',
    root,
    '--models',
    String(models),
  ];
  const text = execFileSync(process.execPath, args, { encoding: 'utf8' });
  return JSON.parse(text) as Timing;
}

function print(
  timings: ReadonlyMap<Name, readonly Timing[]>,
  models: number,
  rounds: number,
): void {
  const expected = timings.get('alone')![0]!.sum;
  const ours = median(timings.get('ours')!.map((t) => t.usPerWindow));
  console.log(
    `${models * PER_LINE} windows of ${models} models, ${rounds} processes each, ${STEPS} steps`,
  );
  for (const [name, list] of timings) {
    for (const { sum } of list) {
      if (!(Math.abs(sum - expected) <= 1e-9 * Math.abs(expected))) {
        throw new Error(`${name} gives other numbers: ${sum}, not ${expected}`);
      }
    }
    const us = median(list.map((t) => t.usPerWindow));
    const stepMs = median(list.map((t) => t.stepMs));
    console.log(
      `${name}: ${us.toFixed(1)} CPU us a window (ours x ${(ours / us).toFixed(2)}), a step in ${stepMs.toFixed(0)} ms`,
    );
  }
}

await main();
