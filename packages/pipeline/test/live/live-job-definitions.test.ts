/** Definitions that change while the job runs, and while it does not. */
import { WindrowError, type Definition } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBlobs } from './fakes/memory-blobs.ts';
import { START_MS, definitionOf, plantMessages } from './fakes/plant.ts';
import { Published } from './fakes/recording-sink.ts';
import { kinds, seconds } from './fakes/rough-days.ts';
import { FileLikeSource } from './fakes/row-sources.ts';
import { startJob } from './fakes/start-job.ts';
import { SumScorer } from './fakes/sum-scorer.ts';
import { World } from './fakes/world.ts';

describe('other definitions', () => {
  const before = [definitionOf(1, { line: 0 }), definitionOf(2, { line: 0, stepMs: 1000 })];
  const after = [definitionOf(2, { line: 0, stepMs: 1000 }), definitionOf(3, { line: 1 })];
  const both = [...seconds(0, 0, 40, 20), ...seconds(1, 0, 40, 20)].toSorted(
    (a, b) => a.rows[0]!.timestampMs - b.rows[0]!.timestampMs,
  );

  it('come into use between two windows, also of metrics that nobody asked for before', async () => {
    const world = new World(START_MS);
    const { job, sink, events } = startJob({
      world,
      definitions: before,
      sources: [new FileLikeSource(world, both)],
    });
    const running = job.run();
    await world.live(world.sleep(600, new AbortController().signal));
    expect(job.definition(after[1]!.outputMetricId)).toBeNull();
    await world.live(job.redefine(after));
    expect(job.definition(before[0]!.outputMetricId)).toBeNull();
    expect(job.definition(after[1]!.outputMetricId)).toMatchObject({ model: { version: 1 } });
    await world.live(running);
    const ends = (n: number): number[] =>
      [...sink.outside.values.keys()]
        .filter((name) => name.includes(`000000000${n},`))
        .map((name) => (Number(name.split(',')[1]) - START_MS) / 1000);
    expect(ends(1).length).toBeGreaterThan(1);
    expect(Math.max(...ends(1))).toBeLessThan(25);
    // Undisturbed: every second one.
    expect(ends(2)).toEqual(Array.from({ length: ends(2).length }, (_, i) => ends(2)[0]! + i));
    // As far as the fill goes.
    expect(Math.max(...ends(2))).toBe(43);
    expect(Math.max(...ends(3))).toBe(42);
    expect(kinds(events)).toEqual(['redefined', 'source_ended']);
  });

  it('are those of the journal when it is replayed, and then the new ones', async () => {
    const blobs = new Map<string, Uint8Array>();
    const outside = new Published();
    let report: unknown = null;
    const lives: readonly (readonly Definition[])[] = [before, after, before];
    for (const [life, current] of lives.entries()) {
      const world = new World(START_MS + life * 100_000);
      const { job } = startJob({
        world,
        definitions: current,
        sources: [new FileLikeSource(world, both)],
        outside,
        blobs: new MemoryBlobs(world, blobs),
        snapshotMs: 5000,
      });
      const running = job.run();
      if (life < 2) {
        await world.live(world.sleep(400, new AbortController().signal));
        if (life === 1)
          await world.live(job.redefine([...after, definitionOf(4, { line: 1, stepMs: 1000 })]));
        await world.live(world.sleep(200, new AbortController().signal));
        world.kill();
      } else {
        report = await world.live(running);
      }
    }
    expect(report).toMatchObject({ outcome: 'finished', samples: { received: 240 } });
    expect(outside.contradictions).toEqual([]);
    const ends = (n: number): number[] =>
      [...outside.values.keys()]
        .filter((name) => name.includes(`000000000${n},`))
        .map((name) => (Number(name.split(',')[1]) - START_MS) / 1000)
        .toSorted((a, b) => a - b);
    // In use all the time.
    expect(ends(2)).toEqual(Array.from({ length: 38 }, (_, i) => 6 + i));
    expect(ends(4).length).toBeGreaterThan(0);
  });

  /**
   *     output 1   6 s on line 0 | 8 s on line 0 | nothing | 6 s on line 1 | ...
   *     samples    come up to 6 s late, windows are open for 5 s
   */
  it('under the same names, and ends of the process between: no name has two values', async () => {
    const lateness = { allowedLatenessMs: 5000 };
    const variants: readonly (readonly Definition[])[] = [
      [definitionOf(1, { line: 0, ...lateness }), definitionOf(2, { line: 1, ...lateness })],
      [definitionOf(1, { line: 0, windowMs: 8000, ...lateness }), definitionOf(2, { line: 1 })],
      [definitionOf(1, { line: 1, ...lateness }), definitionOf(2, { line: 0, stepMs: 1000 })],
      [definitionOf(2, { line: 1, windowMs: 4000, stepMs: 1000, ...lateness })],
      [definitionOf(3, { line: 0 })],
    ];
    const variant = fc.constantFrom(...variants);
    const life = fc.record({
      first: variant,
      changes: fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 300 }), to: variant }), {
        maxLength: 5,
      }),
      isKilled: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(life, { minLength: 1, maxLength: 3 }),
        async (seed, lives) => {
          const messages = plantMessages(40, seed, 6000);
          const blobs = new Map<string, Uint8Array>();
          const outside = new Published();
          for (const [n, { first, changes, isKilled }] of lives.entries()) {
            const world = new World(START_MS + n * 100_000);
            const { job } = startJob({
              world,
              definitions: first,
              sources: [new FileLikeSource(world, messages)],
              outside,
              blobs: new MemoryBlobs(world, blobs),
            });
            const running = job.run();
            for (const { afterMs, to } of changes) {
              await world.live(world.sleep(afterMs, new AbortController().signal));
              if (job.status().state !== 'running') break;
              await world.live(job.redefine(to).catch(() => undefined));
            }
            if (isKilled) world.kill();
            else {
              job.stop(1000);
              await world.live(running);
            }
          }
          expect(outside.contradictions).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that the scorer refuses leave the old ones in use', async () => {
    const world = new World(START_MS);
    const scorer = new SumScorer(world, before);
    scorer.redefine = () => Promise.reject(new WindrowError('MODEL', 'there is no such model'));
    const { job } = startJob({
      world,
      definitions: before,
      sources: [new FileLikeSource(world, both)],
      scorer,
    });
    const running = job.run();
    await expect(world.live(job.redefine(after))).rejects.toThrow('there is no such model');
    expect(await world.live(running)).toMatchObject({ outcome: 'finished' });
  });
});
