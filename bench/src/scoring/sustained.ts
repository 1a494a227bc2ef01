/**
 * Thousands of definitions over many models, in real time, on one machine: how long from "window complete" to "prediction handed to
 * the sink", and does memory stay where it is?
 *
 *     node --conditions=windrow-source bench/src/scoring/sustained.ts [--minutes 10] [--lines 1500] [--models 1500] [--workers 0] [--small]
 *
 * 1500 lines of 25 simulated sensors at 1 Hz, ten definitions each (windows of 300 s, a step of 10 s), 1500 models: 37 500 samples and
 * 1500 windows a second. Every line's gateway delivers ten seconds at once, at a moment of its own, so that a delivery completes ten
 * windows of ten different models: batches across lines hardly come about, which is the hardest case for scoring. Windows are made by the
 * engine of the jobs, in the same thread.
 *
 * The clock of a window starts when its delivery was due, not when it was worked off, so that falling behind is counted.
 *
 * Resident memory goes up and down by what V8 leaves uncollected; with `--expose-gc` what is alive is told too, before and after.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SampleColumns, type ScoreBatch } from '@windrow/core';
import { FolderModelStore, createScorer, type ModelScorer } from '@windrow/scoring';
import { WindowEngine } from '@windrow/windowing';
import {
  PER_LINE,
  SENSORS,
  STEP_S,
  WINDOW_S,
  buildFleet,
  writeModels,
  type Fleet,
} from './fleet.ts';
import { Histogram } from './histogram.ts';

const START_S = 1_800_000_000;
/** Before anything is counted. */
const WARM_UP_STEPS = 2;
const REPORT_MS = 10_000;
/** The small size: steps, and how much faster than the wall clock. */
const SMALL_STEPS = 3;
const SMALL_SPEED = 50;

class Line {
  readonly #fleet: Fleet;
  readonly #engine: WindowEngine;
  readonly #columns: SampleColumns;
  readonly #line: number;

  constructor(fleet: Fleet, engine: WindowEngine, columns: SampleColumns, line: number) {
    this.#fleet = fleet;
    this.#engine = engine;
    this.#columns = columns;
    this.#line = line;
  }

  /** Pushes the seconds `(from, to]` after the start. */
  deliver(from: number, to: number): void {
    const { slots, value, dictionary } = this.#fleet;
    const columns = this.#columns;
    columns.length = 0;
    for (let second = from + 1; second <= to; second++) {
      for (let sensor = 0; sensor < SENSORS; sensor++) {
        const slot = slots[this.#line * SENSORS + sensor]!;
        columns.push(slot, (START_S + second) * 1000, value(this.#line, sensor, second + 1000));
      }
    }
    if (columns.dictionary !== dictionary) throw new Error('columns of another dictionary');
    this.#engine.push(columns);
  }
}

class Run {
  /** Of the wall clock. */
  readonly #stepMs: number;
  readonly #fleet: Fleet;
  readonly #scorer: ModelScorer;
  readonly #engine: WindowEngine;
  readonly #lines: readonly Line[];
  /** When the latest delivery of each line was due. */
  readonly #dueMs: Float64Array;
  readonly latency: Histogram = new Histogram();
  /** Of the last ten seconds. */
  recent: Histogram = new Histogram();
  /** Longest time for one delivery and its windows, by the wall clock. */
  workMsMax = 0;
  scored = 0;
  isCounting = false;

  constructor(fleet: Fleet, scorer: ModelScorer, speed: number) {
    this.#stepMs = (STEP_S * 1000) / speed;
    this.#fleet = fleet;
    this.#scorer = scorer;
    const { dictionary, lines } = fleet;
    const afterMs = START_S * 1000;
    this.#engine = new WindowEngine(scorer.targets, {
      dictionary,
      outOfOrderMs: 0,
      aheadMs: 0,
      range: { afterMs, untilMs: Number.POSITIVE_INFINITY },
    });
    const columns = new SampleColumns(dictionary, (WINDOW_S + STEP_S) * SENSORS);
    this.#lines = Array.from(
      { length: lines },
      (_, l) => new Line(fleet, this.#engine, columns, l),
    );
    this.#dueMs = new Float64Array(lines);
  }

  get stateBytes(): number {
    return this.#engine.sizeBytes;
  }

  /** The windows before the first that is scored. */
  async fill(): Promise<void> {
    for (const line of this.#lines) {
      line.deliver(-WINDOW_S, 0);
      await this.#settle();
    }
  }

  /** Works off `steps` steps in real time. */
  async steps(first: number, steps: number, onReport: () => void): Promise<void> {
    const { lines } = this.#fleet;
    const startMs = performance.now();
    let reportMs = startMs + REPORT_MS;
    const dueOf = (n: number): number => startMs + (n / lines) * this.#stepMs;
    for (let n = 0; n < lines * steps;) {
      const nowMs = performance.now();
      if (nowMs < dueOf(n)) await sleep(dueOf(n) - nowMs);
      while (n < lines * steps && dueOf(n) <= performance.now()) {
        const line = n % lines;
        const step = first + Math.floor(n / lines);
        const beganMs = performance.now();
        this.#dueMs[line] = dueOf(n);
        this.#lines[line]!.deliver((step - 1) * STEP_S, step * STEP_S);
        await this.#settle();
        if (this.isCounting) this.workMsMax = Math.max(this.workMsMax, performance.now() - beganMs);
        n++;
      }
      if (performance.now() >= reportMs) {
        reportMs += REPORT_MS;
        onReport();
      }
    }
  }

  async #settle(): Promise<void> {
    while (!this.#engine.run(this.#scorer)) await this.#scorer.drain(true, this.#take);
    await this.#scorer.drain(true, this.#take);
  }

  readonly #take = ({ length, targets, values }: ScoreBatch): void => {
    const nowMs = performance.now();
    for (let i = 0; i < length; i++) {
      if (!Number.isFinite(values[i])) throw new Error(`a score of ${values[i]}`);
      if (!this.isCounting) continue;
      this.scored++;
      const waitedMs = nowMs - this.#dueMs[Math.floor(targets[i]! / PER_LINE)]!;
      this.latency.add(waitedMs);
      this.recent.add(waitedMs);
    }
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      lines: { type: 'string', default: '1500' },
      models: { type: 'string', default: '1500' },
      workers: { type: 'string', default: '0' },
      small: { type: 'boolean', default: false },
    },
  });
  const root = mkdtempSync(join(tmpdir(), 'windrow-sustained-'));
  try {
    const { small } = values;
    const models = writeModels(root, small ? 40 : Number(values.models));
    const fleet = await buildFleet(small ? 20 : Number(values.lines), models);
    const openMs = performance.now();
    const scorer = await createScorer(fleet.definitions, new FolderModelStore(root), {
      nowMs: () => performance.now(),
      workers: Number(values.workers),
    });
    console.log(
      `${fleet.definitions.length} definitions over ${scorer.statistics().loadedModels} sessions, ${values.workers} workers: opened in ${((performance.now() - openMs) / 1000).toFixed(1)} s, ${mib(process.memoryUsage.rss())}`,
    );
    const run = new Run(fleet, scorer, small ? SMALL_SPEED : 1);
    await run.fill();
    await run.steps(1, WARM_UP_STEPS, () => {});
    console.log(`warm: ${mib(process.memoryUsage.rss())}, window state ${mib(run.stateBytes)}`);
    const before = alive();
    await measure(run, small ? SMALL_STEPS : Math.round((Number(values.minutes) * 60) / STEP_S));
    if (before !== '') console.log(`alive before: ${before}; after: ${alive()}`);
    report(scorer);
    await scorer.close();
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function measure(run: Run, steps: number): Promise<void> {
  run.isCounting = true;
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const memory: number[] = [];
  await run.steps(1 + WARM_UP_STEPS, steps, () => {
    memory.push(process.memoryUsage.rss());
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    console.log(
      `${seconds} s: ${run.scored} scores, ${run.recent.text()}, ${mib(memory.at(-1)!)}, longest delivery ${run.workMsMax.toFixed(1)} ms`,
    );
    run.recent = new Histogram();
    run.workMsMax = 0;
  });
  memory.push(process.memoryUsage.rss());
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${run.scored} scores in ${(ms / 1000).toFixed(1)} s: ${((run.scored / ms) * 1000).toFixed(0)} a second; ${run.latency.text()}; CPU ${((user + system) / 10 / ms).toFixed(0)} % of a core, ${((user + system) / run.scored).toFixed(0)} us a score; memory ${mib(Math.min(...memory))} to ${mib(Math.max(...memory))}`,
  );
}

function report(scorer: ModelScorer): void {
  const { models } = scorer.statistics();
  const runs = models.reduce((sum, m) => sum + m.runs, 0);
  const rows = models.reduce((sum, m) => sum + m.scoredRows, 0);
  const runUs = models.reduce((sum, m) => sum + (m.runMs.mean ?? 0) * m.runs, 0) / runs;
  console.log(`${(rows / runs).toFixed(2)} windows a run, ${(runUs * 1000).toFixed(0)} us a run`);
}

/** After a collection, where one can be asked for. */
function alive(): string {
  if (globalThis.gc === undefined) return '';
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return `objects ${mib(heapUsed)}, buffers ${mib(external)}, resident ${mib(rss)}`;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

await main();
