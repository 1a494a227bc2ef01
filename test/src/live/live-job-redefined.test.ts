/**
 * Definitions and versions of ONNX models that change under a live job, while samples flow and come late. Wherever a window needs nothing
 * from before a change, it is what a job makes of it that had the last definitions from the start, to the last bit.
 *
 *     samples   |-------------|-------------|---------------------------|
 *     changed      all ten    ^  resized,   ^   one came back, one new
 *                                others gone
 */
import {
  MetricDictionary,
  SampleColumns,
  type Definition,
  type Delivery,
  type LiveReadOptions,
  type LiveSink,
  type LiveSource,
  type LiveStatus,
  type PredictionBatch,
} from '@windrow/core';
import { fileSource, readDefinitions } from '@windrow/io';
import { createLiveJob, timerClock, type LiveJob } from '@windrow/pipeline';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { beforeAll, describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { readAll, type Rows } from '../kit/memory-source.ts';

const DELIVERY_ROWS = 1000;
/** Most that a fill looks back here. */
const LOOKBACK_MS = 60_000;
const STATUS = { state: 'ready', error: null, counters: {} } as const;

/** Other definitions from this delivery on. */
interface Change {
  readonly at: number;
  readonly to: readonly Definition[];
}

interface Made {
  readonly value: number;
  readonly version: number;
}

interface Streamed {
  /** By `metric_id,window_end_ms,revision`. */
  readonly made: ReadonlyMap<string, Made>;
  /** Watermark of the line at each change, ms. */
  readonly changedMs: readonly number[];
}

/** Rows in their order; before some deliveries it waits for something. */
class RowsWithPauses implements LiveSource {
  readonly uri: string = 'rows:';
  readonly #rows: Rows;
  readonly #before: (delivery: number) => Promise<void>;

  constructor(rows: Rows, before: (delivery: number) => Promise<void>) {
    this.#rows = rows;
    this.#before = before;
  }

  async *deliveries({ dictionary }: LiveReadOptions): AsyncGenerator<Delivery> {
    const { ids, timestampsMs, values } = this.#rows;
    const batch = new SampleColumns(dictionary, DELIVERY_ROWS);
    for (let n = 0; n * DELIVERY_ROWS < ids.length; n++) {
      await this.#before(n);
      batch.length = 0;
      const end = Math.min(ids.length, (n + 1) * DELIVERY_ROWS);
      for (let i = n * DELIVERY_ROWS; i < end; i++) {
        batch.push(dictionary.intern(ids[i]!), timestampsMs[i]!, values[i]!);
      }
      yield { batch, sequence: n + 1, position: null };
    }
  }

  acknowledge(): Promise<void> {
    return Promise.resolve();
  }

  status(): LiveStatus {
    return { uri: this.uri, ...STATUS };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function remembering(made: Map<string, Made>): LiveSink<PredictionBatch> {
  return {
    uri: 'made:',
    publish: (batch) => {
      for (let i = 0; i < batch.length; i++) {
        const { outputMetricId } = batch.definitions[batch.definitionIndex[i]!]!;
        const name = `${outputMetricId},${batch.windowEndsMs[i]!},${batch.revisions[i]!}`;
        if (made.has(name)) throw new Error(`${name} was made twice`);
        const { version } = batch.models[batch.modelIndex[i]!]!;
        made.set(name, { value: batch.values[i]!, version });
      }
      return Promise.resolve();
    },
    status: () => ({ uri: 'made:', ...STATUS }),
    close: () => Promise.resolve(),
  };
}

async function stream(
  rows: Rows,
  definitions: readonly Definition[],
  changes: readonly Change[],
  workers: number,
): Promise<Streamed> {
  const nowMs = (): number => performance.now();
  const scorer = await createScorer(definitions, new FolderModelStore(fixture('models')), {
    nowMs,
    workers,
    // A number has the same bits whatever else is in its batch.
    reproducible: true,
  });
  const made = new Map<string, Made>();
  const changedMs: number[] = [];
  const source = new RowsWithPauses(rows, async (delivery) => {
    const change = changes.find(({ at }) => at === delivery);
    if (change === undefined) return;
    await job.redefine(change.to);
    changedMs.push(job.status().lines[0]!.watermarkMs!);
  });
  const job: LiveJob = createLiveJob({
    sources: [source],
    sinks: [remembering(made)],
    deadLetters: null,
    scorer,
    dictionary: MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds)),
    checkpoint: null,
    outOfOrderMs: 5000,
    idleAfterMs: null,
    maxFutureMs: null,
    clock: timerClock({ wallMs: nowMs, nowMs }),
  });
  try {
    await job.run();
  } finally {
    await scorer.close();
  }
  return { made, changedMs };
}

/** What was made of windows of an output that end after `afterMs`. */
function after(
  made: ReadonlyMap<string, Made>,
  { outputMetricId }: Definition,
  afterMs: number,
): Map<string, Made> {
  return new Map(
    [...made]
      .filter(([name]) => name.startsWith(outputMetricId) && Number(name.split(',')[1]) > afterMs)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe.skipIf(!hasFixtures)(`definitions that change under a live job${SKIPPED}`, () => {
  let rows: Rows;
  let all: readonly Definition[];
  beforeAll(async () => {
    const source = fileSource(fixture('data/liveline-30min-delayed.parquet'));
    rows = await readAll(source, new MetricDictionary());
    ({ definitions: all } = await readDefinitions(fixture('definitions/liveline-late.json')));
  });

  /** Definitions by the ends of their names. */
  const without = (...names: readonly string[]): Definition[] =>
    all.filter(({ outputMetricName: own }) => !names.some((name) => own.includes(name)));
  const changed = (name: string, over: Partial<Definition>): Definition => ({
    ...all.find(({ outputMetricName: own }) => own.includes(name))!,
    ...over,
  });

  it.each([0, 2])('in %i workers: as if they had always been so', async (workers) => {
    const resized = changed('newest', { windowMs: 120_000, stepMs: 20_000 });
    const second = [
      ...without('lgbm', 'missing', 'newest', 'pinned'),
      changed('pinned', { modelVersion: 3 }),
      resized,
    ];
    const third = [
      changed('lgbm', {}),
      resized,
      ...without('lgbm', 'missing', 'newest', 'pinned', 'mlp-60', 'f32'),
      changed('f32', { stepMs: 20_000 }),
      changed('pinned', {
        outputMetricId: '00000000-0000-4000-8000-000000000001',
        windowMs: 180_000,
        modelVersion: 1,
      }),
      changed('pinned', {}),
    ];
    const deliveries = Math.ceil(rows.ids.length / DELIVERY_ROWS);
    const at = [0.25, 0.5].map((share) => Math.floor(deliveries * share));
    const streamed = await stream(
      rows,
      all,
      [
        { at: at[0]!, to: second },
        { at: at[1]!, to: third },
      ],
      workers,
    );
    const always = await stream(rows, third, [], workers);
    const [secondMs, thirdMs] = streamed.changedMs;

    const isIn = (definitions: readonly Definition[], one: Definition): boolean =>
      definitions.some((own) => JSON.stringify(own) === JSON.stringify(one));
    let compared = 0;
    for (const definition of third) {
      // Since when it was as it is, and so all that its windows need.
      const isOld = isIn(second, definition);
      const sinceMs =
        isIn(all, definition) && isOld ? Number.NEGATIVE_INFINITY : isOld ? secondMs! : thirdMs!;
      const fromMs = sinceMs + definition.windowMs + LOOKBACK_MS;
      const got = after(streamed.made, definition, fromMs);
      expect(got.size).toBeGreaterThan(0);
      compared += got.size;
      expect(got).toEqual(after(always.made, definition, fromMs));
    }
    expect(compared).toBeGreaterThan(500);
    for (const name of ['mlp-60', 'missing']) {
      expect(after(streamed.made, changed(name, {}), thirdMs!).size).toBe(0);
      expect(after(streamed.made, changed(name, {}), 0).size).toBeGreaterThan(3);
    }
    // Each window has the version of its time.
    for (const [name, { version }] of after(streamed.made, changed('pinned', {}), 0)) {
      const endMs = Number(name.split(',')[1]);
      expect([name, version]).toEqual([name, endMs > secondMs! && endMs <= thirdMs! ? 3 : 2]);
    }
  });
});
