/**
 * The live job in real time: does it keep up, how long from "the watermark reached the end of the window" to "published", what do
 * checkpoints cost, and does memory stay where it is?
 *
 *     node --conditions=windrow-source bench/src/stream/soak.ts [--minutes 3] [--rate 150000] [--lines 200] [--models 100] [--workers 0]
 *         [--commit-ms 50] [--snapshot-ms 5000] [--delivery strict] [--checkpoint FOLDER|none] [--small]
 *
 * 200 lines of 25 simulated sensors and ten definitions each (windows of 300 s, a step of 10 s); 150 000 samples a second arrive in order of
 * their times, every 20 ms what was due. A journal and snapshots go to a folder, with fsync. A prediction's clock starts when the sample was
 * due that took its line's watermark to the window's end, and stops when the sink has it: waiting for the delivery, the batch and the
 * commit are in it, and so is falling behind.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  SampleColumns,
  type Delivery,
  type LiveReadOptions,
  type LiveSink,
  type LiveSource,
  type LiveStatus,
  type PredictionBatch,
} from '@windrow/core';
import { FolderBlobStore } from '@windrow/io';
import { createLiveJob, timerClock, type LiveJob } from '@windrow/pipeline';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { SENSORS, WINDOW_S, buildFleet, writeModels, type Fleet } from '../scoring/fleet.ts';
import { Histogram } from '../scoring/histogram.ts';

const DELIVERY_MS = 20;
const DELIVERY_ROWS_MAX = 65_536;
const OUT_OF_ORDER_MS = 1000;
const REPORT_MS = 10_000;
/** What comes before, one sample a second, so that windows are whole from the start. */
const HISTORY_S = WINDOW_S + 10;
/** After the history was worked off and before anything is counted. */
const WARM_UP_MS = 15_000;

interface Size {
  readonly rate: number;
  readonly runMs: number;
  readonly warmUpMs: number;
}

/** Sample `n` is due at `n / rate` seconds and is of series `n % series`. */
class Feed implements LiveSource {
  readonly uri: string = 'soak:';
  readonly startMs: number;
  readonly #fleet: Fleet;
  readonly #size: Size;
  #samples = 0;
  #sequence = 0;
  #acknowledged = 0;

  constructor(fleet: Fleet, size: Size, startMs: number) {
    this.#fleet = fleet;
    this.#size = size;
    this.startMs = startMs;
  }

  /** When the first sample of a line at or after `timestampMs` was due, by the wall clock. */
  dueMs(line: number, timestampMs: number): number {
    const series = this.#fleet.lines * SENSORS;
    const n = Math.ceil(((timestampMs - this.startMs) * this.#size.rate) / 1000);
    const place = n % series;
    const from = line * SENSORS;
    const isOwn = place >= from && place < from + SENSORS;
    const own = isOwn ? n : n + ((from - place + series) % series);
    return this.startMs + (own * 1000) / this.#size.rate;
  }

  async *deliveries({ dictionary, signal }: LiveReadOptions): AsyncGenerator<Delivery> {
    const columns = new SampleColumns(dictionary, DELIVERY_ROWS_MAX);
    const { slots, value, lines } = this.#fleet;
    const series = lines * SENSORS;
    const push = (s: number, timestampMs: number): void => {
      const second = Math.floor((timestampMs - this.startMs) / 1000) + 1000;
      columns.push(slots[s]!, timestampMs, value(Math.floor(s / SENSORS), s % SENSORS, second));
    };
    for (let second = -HISTORY_S; second < 0; second++) {
      columns.length = 0;
      for (let s = 0; s < series; s++) push(s, this.startMs + second * 1000);
      yield this.#deliver(columns);
    }
    for (let n = 0; !signal.aborted;) {
      const due = Math.floor(((Date.now() - this.startMs) * this.#size.rate) / 1000);
      if (due <= n) {
        await sleep(DELIVERY_MS);
        continue;
      }
      columns.length = 0;
      const end = Math.min(due, n + DELIVERY_ROWS_MAX);
      for (; n < end; n++)
        push(n % series, Math.floor(this.startMs + (n * 1000) / this.#size.rate));
      yield this.#deliver(columns);
      if (n === due) await sleep(DELIVERY_MS);
    }
  }

  #deliver(columns: SampleColumns): Delivery {
    this.#samples += columns.length;
    return { batch: columns, sequence: ++this.#sequence, position: String(this.#samples) };
  }

  acknowledge(sequence: number): Promise<void> {
    this.#acknowledged = sequence;
    return Promise.resolve();
  }

  status(): LiveStatus {
    const counters = {
      samples: this.#samples,
      unacknowledged: this.#sequence - this.#acknowledged,
    };
    return { uri: this.uri, state: 'ready', error: null, counters };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Takes the time of every prediction. */
class Timing implements LiveSink<PredictionBatch> {
  readonly uri: string = 'timing:';
  readonly all: Histogram = new Histogram();
  recent: Histogram = new Histogram();
  published = 0;
  countsFromMs = Number.POSITIVE_INFINITY;
  readonly #feed: Feed;
  readonly #lineOf: ReadonlyMap<string, number>;

  constructor(fleet: Fleet, feed: Feed) {
    this.#feed = feed;
    const lineIds = [...new Set(fleet.definitions.map((d) => d.lineId))];
    this.#lineOf = new Map(lineIds.map((id, line) => [id, line]));
  }

  publish(batch: PredictionBatch): Promise<void> {
    const publishedMs = Date.now();
    for (let i = 0; i < batch.length; i++) {
      const endMs = batch.windowEndsMs[i]!;
      if (endMs < this.countsFromMs) continue;
      const { lineId } = batch.definitions[batch.definitionIndex[i]!]!;
      const dueMs = this.#feed.dueMs(this.#lineOf.get(lineId)!, endMs + OUT_OF_ORDER_MS);
      this.published++;
      this.all.add(publishedMs - dueMs);
      this.recent.add(publishedMs - dueMs);
    }
    return Promise.resolve();
  }

  status(): LiveStatus {
    return { uri: this.uri, state: 'ready', error: null, counters: { published: this.published } };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A line every ten seconds, and one at the end. */
class Reporter {
  readonly #job: LiveJob;
  readonly #timing: Timing;
  readonly #loop = monitorEventLoopDelay({ resolution: 1 });
  readonly #memory: number[] = [];
  readonly #pauses: number[] = [];
  #samples = 0;
  #ms = performance.now();
  #cpu: NodeJS.CpuUsage = process.cpuUsage();
  #cpuUs = 0;
  #countedMs = 0;

  constructor(job: LiveJob, timing: Timing) {
    this.#job = job;
    this.#timing = timing;
  }

  start(): void {
    this.#samples = this.#job.status().samples.received;
    this.#ms = performance.now();
    this.#cpu = process.cpuUsage();
    this.#loop.enable();
  }

  line(): void {
    const { samples, checkpoint, predictions } = this.#job.status();
    const ms = performance.now() - this.#ms;
    const { user, system } = process.cpuUsage(this.#cpu);
    const rss = process.memoryUsage.rss();
    this.#memory.push(rss);
    this.#cpuUs += user + system;
    this.#countedMs += ms;
    const pause = checkpoint?.pauseMs ?? 0;
    this.#pauses.push(pause);
    console.log(
      [
        `${thousand((samples.received - this.#samples) / ms)} samples/s`,
        `published ${this.#timing.recent.text()}`,
        `loop p99 ${(this.#loop.percentile(99) / 1e6).toFixed(1)} max ${(this.#loop.max / 1e6).toFixed(1)} ms`,
        `checkpoint pause ${pause.toFixed(1)} took ${(checkpoint?.durationMs ?? 0).toFixed(0)} ms ${mib(checkpoint?.sizeBytes ?? 0)}`,
        `commit ${(checkpoint?.commitMs ?? 0).toFixed(1)} ms`,
        `outbox ${predictions.outbox}`,
        `CPU ${((user + system) / 10 / ms).toFixed(0)} %`,
        mib(rss),
      ].join('; '),
    );
    this.#timing.recent = new Histogram();
    this.#loop.reset();
    this.start();
  }

  summary(): void {
    const { samples, checkpoint } = this.#job.status();
    const { received, ...headings } = samples;
    const sum = Object.values(headings).reduce((a, b) => a + b, 0);
    console.log(
      `${this.#timing.published} predictions: ${this.#timing.all.text()}; CPU ${(this.#cpuUs / 10 / this.#countedMs).toFixed(0)} % of a core; memory ${mib(Math.min(...this.#memory))} to ${mib(Math.max(...this.#memory))}; longest pause of a checkpoint ${(checkpoint?.pauseMsMax ?? 0).toFixed(1)} ms; journal ${mib(checkpoint?.journalBytes ?? 0)} for ${received} samples`,
    );
    if (sum !== received) throw new Error(`${received} samples received, ${sum} accounted for`);
  }
}

function nowMs(): number {
  return performance.now();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '3' },
      rate: { type: 'string', default: '150000' },
      lines: { type: 'string', default: '200' },
      models: { type: 'string', default: '100' },
      workers: { type: 'string', default: '0' },
      'commit-ms': { type: 'string', default: '50' },
      'snapshot-ms': { type: 'string', default: '5000' },
      delivery: { type: 'string', default: 'strict' },
      checkpoint: { type: 'string', default: '' },
      small: { type: 'boolean', default: false },
    },
  });
  const { small } = values;
  const root = mkdtempSync(join(tmpdir(), 'windrow-soak-'));
  const size: Size = {
    rate: small ? 2000 : Number(values.rate),
    runMs: small ? 2500 : Number(values.minutes) * 60_000,
    warmUpMs: small ? 500 : WARM_UP_MS,
  };
  const folder = values.checkpoint === '' ? join(root, 'checkpoints') : values.checkpoint;
  try {
    const models = writeModels(join(root, 'models'), small ? 3 : Number(values.models));
    const fleet = await buildFleet(small ? 4 : Number(values.lines), models);
    const store = new FolderModelStore(join(root, 'models'));
    const workers = Number(values.workers);
    const scorer = await createScorer(fleet.definitions, store, { nowMs, workers });
    const feed = new Feed(fleet, size, Date.now());
    const timing = new Timing(fleet, feed);
    if (small) timing.countsFromMs = Number.NEGATIVE_INFINITY;
    const job = createLiveJob({
      sources: [feed],
      sinks: [timing],
      deadLetters: null,
      scorer,
      dictionary: fleet.dictionary,
      checkpoint:
        folder === 'none'
          ? null
          : {
              store: new FolderBlobStore(folder),
              owner: randomUUID().replaceAll('-', ''),
              about: 'soak',
              snapshotMs: Number(values['snapshot-ms']),
              commitMs: Number(values['commit-ms']),
            },
      delivery: values.delivery === 'eager' ? 'eager' : 'strict',
      outOfOrderMs: OUT_OF_ORDER_MS,
      idleAfterMs: 30_000,
      maxFutureMs: 300_000,
      clock: timerClock({ wallMs: () => Date.now(), nowMs }),
      onEvent: (event) => {
        if (event.kind !== 'checkpointed') console.log(JSON.stringify(event));
      },
    });
    const running = job.run();
    await measure(job, timing, size);
    job.stop(10_000);
    const { drained } = await running;
    await scorer.close();
    if (!drained) throw new Error('it did not come to its end in time');
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function measure(job: LiveJob, timing: Timing, size: Size): Promise<void> {
  const reporter = new Reporter(job, timing);
  await sleep(size.warmUpMs);
  // In a run of seconds hardly a window ends: those of what came before count too.
  if (size.runMs >= REPORT_MS) timing.countsFromMs = Date.now();
  reporter.start();
  for (let leftMs = size.runMs; leftMs > 0; leftMs -= REPORT_MS) {
    await sleep(Math.min(leftMs, REPORT_MS));
    reporter.line();
  }
  reporter.summary();
}

function thousand(perMs: number): string {
  return `${perMs.toFixed(1)} k`;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

await main();
