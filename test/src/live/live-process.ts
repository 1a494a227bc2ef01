/**
 * A live job over a fixture in a process of its own, which kills itself at a step of choice (SIGKILL: nothing is put in order). What it
 * publishes is appended to a file. Started again and again by `live-job-killed.test.ts`; the argument is JSON.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import {
  MetricDictionary,
  SampleColumns,
  type BlobStore,
  type Delivery,
  type LiveReadOptions,
  type LiveSink,
  type LiveSource,
  type LiveStatus,
  type PredictionBatch,
  type ReadOptions,
  type SampleBatch,
  type SourceSplit,
} from '@windrow/core';
import { FolderBlobStore, fileSource, readDefinitions } from '@windrow/io';
import { createLiveJob, finiteSource, timerClock } from '@windrow/pipeline';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { fixture } from '../kit/fixtures.ts';
import { MemorySource, readAll, shuffled, type Rows } from '../kit/memory-source.ts';

export interface LiveProcess {
  /** Where checkpoints, what was published and what was acknowledged are kept. */
  readonly folder: string;
  readonly data: string;
  readonly definitions: string;
  /** `queue`: what was not acknowledged comes again, in another order. */
  readonly source: 'file' | 'queue';
  readonly seed: number;
  /** null: it lives to the end. */
  readonly killAt: number | null;
}

let steps = 0;

function step({ killAt }: LiveProcess): void {
  steps++;
  if (steps === killAt) process.kill(process.pid, 'SIGKILL');
}

const STATUS: Omit<LiveStatus, 'uri'> = { state: 'ready', error: null, counters: {} };

function publishedFile({ folder }: LiveProcess): string {
  return `${folder}/published.csv`;
}

/** Appends a line for each prediction. */
function appendingSink(own: LiveProcess): LiveSink<PredictionBatch> {
  return {
    uri: publishedFile(own),
    publish: (batch) => {
      step(own);
      let lines = '';
      for (let i = 0; i < batch.length; i++) {
        const { outputMetricId } = batch.definitions[batch.definitionIndex[i]!]!;
        lines += `${outputMetricId},${batch.windowEndsMs[i]!},${batch.revisions[i]!},${batch.values[i]!}\n`;
      }
      appendFileSync(publishedFile(own), lines);
      step(own);
      return Promise.resolve();
    },
    status: () => ({ uri: publishedFile(own), ...STATUS }),
    close: () => Promise.resolve(),
  };
}

/** Steps before and after whatever is written. */
function steppingStore(store: BlobStore, own: LiveProcess): BlobStore {
  return {
    uri: store.uri,
    put: async (name, bytes) => {
      step(own);
      await store.put(name, bytes);
      step(own);
    },
    get: (name) => store.get(name),
    list: (prefix) => store.list(prefix),
    delete: async (name) => {
      await store.delete(name);
      step(own);
    },
  };
}

const MESSAGE_ROWS = 200;
const IN_HAND_MAX = 10;

/** Rows that are read by position, with a step before each batch. */
class SteppingRows extends MemorySource {
  readonly #own: LiveProcess;

  constructor(own: LiveProcess, rows: Rows) {
    super(rows, [MESSAGE_ROWS]);
    this.#own = own;
  }

  override async *read(split: SourceSplit, options: ReadOptions): AsyncGenerator<SampleBatch> {
    for await (const batch of super.read(split, options)) {
      step(this.#own);
      yield batch;
    }
  }
}

/** Messages of a queue; what was delivered and acknowledged stands in files. */
class FileQueue implements LiveSource {
  readonly uri: string = 'queue:';
  readonly #own: LiveProcess;
  readonly #rows: Rows;
  readonly #sequence: number[] = [];
  #acknowledged = 0;
  #wake: () => void = () => undefined;

  constructor(own: LiveProcess, rows: Rows) {
    this.#own = own;
    this.#rows = rows;
  }

  /** Those in hand when the process ended come first, in another order. */
  #order(): number[] {
    const count = Math.ceil(this.#rows.ids.length / MESSAGE_ROWS);
    const done = new Set(this.#numbersIn('acknowledged'));
    const next = Math.max(-1, ...this.#numbersIn('delivered')) + 1;
    const again = Array.from({ length: next }, (_, n) => n).filter((n) => !done.has(n));
    const order = shuffled(again.length, this.#own.seed + done.size);
    const rest = Array.from({ length: count - next }, (_, i) => next + i);
    return [...order.map((i) => again[i]!), ...rest];
  }

  #numbersIn(name: string): number[] {
    const file = `${this.#own.folder}/${name}`;
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').trimEnd().split('\n').filter(Boolean).map(Number);
  }

  async *deliveries({ dictionary, signal }: LiveReadOptions): AsyncGenerator<Delivery> {
    const columns = new SampleColumns(dictionary, MESSAGE_ROWS);
    const { ids, timestampsMs, values } = this.#rows;
    for (const message of this.#order()) {
      while (this.#sequence.length - this.#acknowledged >= IN_HAND_MAX && !signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      appendFileSync(`${this.#own.folder}/delivered`, `${message}\n`);
      columns.length = 0;
      const end = Math.min(ids.length, (message + 1) * MESSAGE_ROWS);
      for (let i = message * MESSAGE_ROWS; i < end; i++) {
        columns.push(dictionary.intern(ids[i]!), timestampsMs[i]!, values[i]!);
      }
      this.#sequence.push(message);
      step(this.#own);
      yield { batch: columns, sequence: this.#sequence.length, position: null };
    }
  }

  acknowledge(sequence: number): Promise<void> {
    step(this.#own);
    const lines = this.#sequence.slice(this.#acknowledged, sequence).map((n) => `${n}\n`);
    appendFileSync(`${this.#own.folder}/acknowledged`, lines.join(''));
    this.#acknowledged = sequence;
    step(this.#own);
    this.#wake();
    return Promise.resolve();
  }

  status(): LiveStatus {
    return { uri: this.uri, ...STATUS };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function live(own: LiveProcess): Promise<void> {
  const { definitions } = await readDefinitions(fixture(`definitions/${own.definitions}`));
  const nowMs = (): number => performance.now();
  const scorer = await createScorer(definitions, new FolderModelStore(fixture('models')), {
    nowMs,
  });
  const rows = await readAll(fileSource(fixture(`data/${own.data}`)), new MetricDictionary());
  const source =
    own.source === 'file' ? finiteSource(new SteppingRows(own, rows)) : new FileQueue(own, rows);
  const job = createLiveJob({
    sources: [source],
    sinks: [appendingSink(own)],
    deadLetters: null,
    scorer,
    dictionary: MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds)),
    checkpoint: {
      store: steppingStore(new FolderBlobStore(`${own.folder}/checkpoints`), own),
      owner: randomUUID().replaceAll('-', ''),
      about: `process ${process.pid}`,
      snapshotMs: 40,
      commitMs: 5,
    },
    outOfOrderMs: 5000,
    idleAfterMs: null,
    maxFutureMs: null,
    clock: timerClock({ wallMs: () => Date.now(), nowMs }),
  });
  const report = await job.run();
  await scorer.close();
  process.stdout.write(JSON.stringify({ samples: report.samples, steps }));
}

await live(JSON.parse(process.argv[2]!) as LiveProcess);
