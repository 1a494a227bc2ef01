/** A stream that stopped: a backfill from its checkpoint makes the windows that it had not come to, and no other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDictionary, type LiveSink, type PredictionBatch } from '@windrow/core';
import { FolderBlobStore, fileSource, readDefinitions, readPredictions } from '@windrow/io';
import { createLiveJob, finiteSource, timerClock } from '@windrow/pipeline';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { runSliced, type SlicedJob } from '../kit/run-sliced.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Streams the first hour or so, and then is stopped; the names of what it published. */
async function streamSome(checkpoint: string): Promise<Set<string>> {
  const { definitions } = await readDefinitions(fixture('definitions/liveline.json'));
  const nowMs = (): number => performance.now();
  const scorer = await createScorer(definitions, new FolderModelStore(fixture('models')), {
    nowMs,
  });
  const published = new Set<string>();
  let isStopped = false;
  const sink: LiveSink<PredictionBatch> = {
    uri: 'published:',
    publish: (batch) => {
      for (let i = 0; i < batch.length; i++) {
        const { outputMetricId } = batch.definitions[batch.definitionIndex[i]!]!;
        published.add(`${outputMetricId} ${batch.windowEndsMs[i]}`);
      }
      if (published.size > 2000 && !isStopped) setTimeout(() => job.stop(1500), 0);
      isStopped = published.size > 2000;
      return Promise.resolve();
    },
    status: () => ({ uri: 'published:', state: 'ready', error: null, counters: {} }),
    close: () => Promise.resolve(),
  };
  const job = createLiveJob({
    sources: [finiteSource(fileSource(fixture('data/liveline.parquet')))],
    sinks: [sink],
    deadLetters: null,
    scorer,
    dictionary: MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds)),
    checkpoint: {
      store: new FolderBlobStore(checkpoint),
      owner: 'test',
      about: 'a test',
      snapshotMs: 20,
      commitMs: 5,
    },
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
  return published;
}

async function namesIn(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { metricId, windowEndMs } of readPredictions(path)) {
    names.push(`${metricId} ${windowEndMs}`);
  }
  return names;
}

const job = (out: string): SlicedJob => ({
  definitions: fixture('definitions/liveline.json'),
  models: fixture('models'),
  source: fixture('data/liveline.parquet'),
  out: join(folder, out),
});

describe.skipIf(!hasFixtures)(`--since-checkpoint${SKIPPED}`, () => {
  it('what the stream published and the backfill wrote is everything, each once', async () => {
    const checkpoint = join(folder, 'checkpoint');
    const published = await streamSome(checkpoint);
    await runSliced(job('whole.parquet'));
    const whole = await namesIn(join(folder, 'whole.parquet'));
    expect(published.size).toBeGreaterThan(2000);
    expect(published.size).toBeLessThan(whole.length - 1000);
    const since = await runSliced(job('since.parquet'), { sinceCheckpoint: checkpoint });
    const left = await namesIn(join(folder, 'since.parquet'));
    expect(since.summary.report.predictions).toBe(left.length);
    expect(left.filter((name) => published.has(name))).toEqual([]);
    expect(new Set([...published, ...left])).toEqual(new Set(whole));
    expect(published.size + left.length).toBe(whole.length);
    // It reads no more than it needs.
    expect(since.summary.report.samples.received).toBeLessThan(1_197_480);
    const sliced = await runSliced(job('sliced.parquet'), {
      sinceCheckpoint: checkpoint,
      sliceSamples: 150_000,
    });
    expect(sliced.summary.slices?.slices).toBeGreaterThan(1);
    expect(sliced.bytes.equals(since.bytes)).toBe(true);
  });

  it('a folder without a checkpoint is refused', async () => {
    const nothing = runSliced(job('nothing.csv'), { sinceCheckpoint: join(folder, 'nothing') });
    await expect(nothing).rejects.toMatchObject({ code: 'INPUT' });
  });
});
