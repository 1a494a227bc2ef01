/**
 * The job in a world that ends at any step: before and after every write, publication, acknowledgement and delivery. Over all its lives the
 * outside must see each prediction's name with one value, and in the end what it would have seen without any death.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveSource } from '@windrow/core';
import type { LiveReport } from '../../src/index.ts';
import { MemoryBlobs } from './fakes/memory-blobs.ts';
import { START_MS, plantDefinitions, plantMessages } from './fakes/plant.ts';
import { Published } from './fakes/recording-sink.ts';
import { FileLikeSource, QueueLikeSource, queueOf, type Message } from './fakes/row-sources.ts';
import { startJob, type JobParts } from './fakes/start-job.ts';
import { World, dice } from './fakes/world.ts';

const LIVES_MAX = 40;
const RUNS = 40;

interface Life {
  readonly seed: number;
  readonly messages: readonly Message[];
  readonly allowedLatenessMs: number;
  /** Steps after which each life ends; the last one does not. */
  readonly ends: readonly number[];
  readonly source: 'file' | 'queue';
  readonly options: NonNullable<JobParts['options']>;
  readonly snapshotMs: number;
  readonly commitMs: number;
  /** What it takes to write a blob. */
  readonly latencyMs: number;
}

interface Lived {
  readonly outside: Published;
  readonly report: LiveReport;
  readonly lives: number;
}

async function liveThrough(life: Life): Promise<Lived> {
  const outside = new Published();
  const blobs = new Map<string, Uint8Array>();
  const queue = queueOf(life.messages);
  const roll = dice(life.seed);
  const shuffled = (messages: Message[]): Message[] =>
    messages
      .map((message) => ({ message, at: roll() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ message }) => message);
  for (let n = 0; n < LIVES_MAX; n++) {
    const world = new World(START_MS + n * 60_000, life.ends[n]);
    const source: LiveSource =
      life.source === 'file'
        ? new FileLikeSource(world, life.messages)
        : new QueueLikeSource(world, queue, n === 0 ? (messages) => messages : shuffled);
    const store = new MemoryBlobs(world, blobs);
    store.latencyMs = life.latencyMs;
    const { job } = startJob({
      world,
      definitions: plantDefinitions(life.allowedLatenessMs),
      sources: [source],
      outside,
      blobs: store,
      options: life.options,
      snapshotMs: life.snapshotMs,
      commitMs: life.commitMs,
    });
    const report = await world.live(job.run());
    if (report !== 'killed') return { outside, report, lives: n + 1 };
  }
  throw new Error('it never came to its end');
}

function undisturbed(life: Life): Promise<Lived> {
  return liveThrough({ ...life, ends: [], source: 'file' });
}

/** Steps of lives that end: some while they start, most while they work. */
const ends = fc.array(
  fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 40 }), weight: 1 },
    { arbitrary: fc.integer({ min: 20, max: 300 }), weight: 3 },
  ),
  { minLength: 1, maxLength: 8 },
);
const times = {
  seed: fc.integer({ min: 0, max: 1e9 }),
  ends,
  snapshotMs: fc.constantFrom(50, 200, 1500),
  commitMs: fc.constantFrom(1, 20, 100),
  latencyMs: fc.constantFrom(0, 15, 80),
};

const NO_LATENESS = 60_000;

describe('killed at any step', () => {
  it.each(['strict', 'eager'] as const)(
    'a file, %s: as if nothing had happened',
    async (delivery) => {
      await fc.assert(
        fc.asyncProperty(fc.record(times), async (draw) => {
          const messages = plantMessages(40, draw.seed, 6000);
          const life: Life = {
            ...draw,
            messages,
            allowedLatenessMs: 4000,
            source: 'file',
            options: { delivery },
          };
          const expected = await undisturbed(life);
          const { outside, report } = await liveThrough(life);
          expect(outside.contradictions).toEqual([]);
          expect(outside.values).toEqual(expected.outside.values);
          expect(report.samples).toEqual(expected.report.samples);
          expect(report.definitions).toEqual(expected.report.definitions);
          expect(report.predictions).toBe(expected.report.predictions);
          expect(report.drained).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
  );

  it('a queue that delivers again in another order: one value for a name, and in the end the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(times), async (draw) => {
        const messages = plantMessages(40, draw.seed, 6000);
        const life: Life = {
          ...draw,
          messages,
          allowedLatenessMs: NO_LATENESS,
          source: 'queue',
          options: {},
        };
        const expected = await undisturbed(life);
        const { outside, report } = await liveThrough(life);
        expect(outside.contradictions).toEqual([]);
        expect(outside.last()).toEqual(expected.outside.last());
        const { received, ...headings } = report.samples;
        expect(Object.values(headings).reduce((a, b) => a + b, 0)).toBe(received);
      }),
      { numRuns: RUNS },
    );
  });

  it('while lines fall silent and the clock goes on for them: one value for a name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(times), async (draw) => {
        const roll = dice(draw.seed);
        const messages = plantMessages(30, draw.seed, 4000).map((message) =>
          roll() < 0.05 ? { ...message, afterMs: 3000 } : message,
        );
        const life: Life = {
          ...draw,
          messages,
          allowedLatenessMs: NO_LATENESS,
          source: 'queue',
          options: { idleAfterMs: 500 },
        };
        const expected = await undisturbed(life);
        const { outside } = await liveThrough(life);
        expect(outside.contradictions).toEqual([]);
        for (const [window, value] of expected.outside.last()) {
          expect(outside.last().get(window)).toBe(value);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
