/** What is bad among the good: messages, samples, models, sources. None of it stops the others. */
import { WindrowError, type DeadLetter } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { MemoryBlobs } from './fakes/memory-blobs.ts';
import { START_MS, metricId, plantDefinitions, plantMessages } from './fakes/plant.ts';
import { RecordingLetters } from './fakes/recording-sink.ts';
import { definitions, kinds, messages, seconds, undisturbed } from './fakes/rough-days.ts';
import { FileLikeSource, type Message, type Row } from './fakes/row-sources.ts';
import { startJob } from './fakes/start-job.ts';
import { SumScorer } from './fakes/sum-scorer.ts';
import { World } from './fakes/world.ts';

describe('poison', () => {
  it('of one message in a hundred, and samples from tomorrow, go to the dead letters before they are acknowledged', async () => {
    const world = new World(START_MS);
    const letters = new RecordingLetters(world);
    const bad = (n: number): DeadLetter => ({
      heading: 'quarantined',
      source: 'memory:file',
      row: n,
      reason: 'no JSON',
      raw: '{',
    });
    const tomorrow: Row = { id: metricId(0, 0), timestampMs: START_MS + 86_400_000, value: 1 };
    const poisoned = messages.flatMap((message, n): Message[] => {
      const spoilt = n % 10 === 0 ? { ...message, rejects: [bad(n)] } : message;
      return n % 20 === 0 ? [spoilt, { afterMs: 0, rows: [tomorrow] }] : [spoilt];
    });
    letters.failures = 1e9;
    const source = new FileLikeSource(world, poisoned);
    const { job, sink } = startJob({
      world,
      definitions,
      sources: [source],
      options: { deadLetters: letters, maxFutureMs: 300_000 },
    });
    const running = job.run();
    await world.live(world.sleep(20_000, new AbortController().signal));
    expect(source.acknowledged).toBe(0);
    letters.failures = 0;
    const report = await world.live(running);
    const { samples } = report as { samples: { quarantined: number; received: number } };
    const expected = Math.ceil(messages.length / 10) + Math.ceil(messages.length / 20);
    expect(samples.quarantined).toBe(expected);
    expect(letters.letters.filter(({ heading }) => heading === 'quarantined').length).toBe(
      expected,
    );
    expect(source.acknowledged).toBe(poisoned.length);
    expect(sink.outside.values).toEqual((await undisturbed()).values);
  });

  it('comes once, also when the job is ended and goes on', async () => {
    const blobs = new Map<string, Uint8Array>();
    const kept: DeadLetter[] = [];
    const reports: unknown[] = [];
    const late = [
      ...plantMessages(40, 1, 20_000),
      { afterMs: 0, rows: [{ id: metricId(0, 0), timestampMs: START_MS, value: 5 }] },
    ];
    for (const life of [0, 1]) {
      const world = new World(START_MS + life * 100_000);
      const { job } = startJob({
        world,
        definitions: plantDefinitions(0),
        sources: [new FileLikeSource(world, late)],
        blobs: new MemoryBlobs(world, blobs),
        options: { deadLetters: new RecordingLetters(world, kept) },
      });
      const running = job.run();
      if (life === 0) {
        await world.live(world.sleep(800, new AbortController().signal));
        job.stop(1000);
      }
      reports.push(await world.live(running));
    }
    const { samples } = reports[1] as { samples: { dropped_late: number } };
    expect(samples.dropped_late).toBeGreaterThan(3);
    expect(kept.filter(({ heading }) => heading === 'dropped_late').length).toBe(
      samples.dropped_late,
    );
  });

  it('of models: a run that fails, or is not finite, costs its windows only', async () => {
    const world = new World(START_MS);
    const scorer = new SumScorer(world, definitions);
    const fails = (endMs: number): boolean => (endMs - START_MS) % 14_000 === 0;
    const isNone = (endMs: number): boolean => (endMs - START_MS) % 22_000 === 0;
    scorer.spoils = (endMs) => (fails(endMs) ? 'fails' : isNone(endMs) ? 'not finite' : null);
    const { job, sink, events } = startJob({
      world,
      definitions,
      sources: [new FileLikeSource(world, messages)],
      scorer,
    });
    expect(await world.live(job.run())).toMatchObject({ outcome: 'finished', drained: true });
    const expected = [...(await undisturbed()).values].filter(([name]) => {
      const endMs = Number(name.split(',')[1]);
      return !fails(endMs) && !isNone(endMs);
    });
    expect(sink.outside.values).toEqual(new Map(expected));
    expect(kinds(events)).toContain('score_failed');
    expect(job.status().predictions.failedRuns).toBeGreaterThan(0);
  });

  it('of sources: one that fails does not stop the other, and the job says so at the end', async () => {
    const world = new World(START_MS);
    const failing = new FileLikeSource(world, seconds(0, 0, 30, 10), 'memory:failing');
    failing.failsAt = { message: 10, error: new WindrowError('INPUT', 'permission denied') };
    const good = new FileLikeSource(world, seconds(1, 0, 30, 10), 'memory:good');
    const { job, sink, events } = startJob({ world, definitions, sources: [failing, good] });
    await expect(world.live(job.run())).rejects.toThrow('permission denied');
    expect(good.acknowledged).toBe(30);
    expect(failing.acknowledged).toBe(10);
    const ends = [...sink.outside.values.keys()].filter((name) => name.includes('0000003,'));
    expect(ends.length).toBeGreaterThan(5);
    expect(kinds(events)).toEqual(['source_failed', 'source_ended']);
    expect(job.status().sources[0]).toMatchObject({ state: 'failed', error: 'permission denied' });
  });

  it('of sources: one that failed before is no reason to fail when the job is stopped', async () => {
    const world = new World(START_MS);
    const failing = new FileLikeSource(world, seconds(0, 0, 30, 10), 'memory:failing');
    failing.failsAt = { message: 1, error: new WindrowError('INPUT', 'permission denied') };
    const good = new FileLikeSource(world, seconds(1, 0, 30, 100), 'memory:good');
    const { job } = startJob({ world, definitions, sources: [failing, good] });
    const running = job.run();
    await world.live(world.sleep(1000, new AbortController().signal));
    job.stop(500);
    expect(await world.live(running)).toMatchObject({ outcome: 'stopped', drained: true });
    await expect(job.redefine(definitions)).rejects.toThrow('redefine: the job has ended');
  });
});
