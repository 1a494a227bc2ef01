/** Sinks that are down, or refuse: what waits, what goes on, and what is kept. */
import { WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { MemoryBlobs } from './fakes/memory-blobs.ts';
import { START_MS } from './fakes/plant.ts';
import { Published, RecordingLetters, RecordingSink } from './fakes/recording-sink.ts';
import { definitions, kinds, messages, undisturbed } from './fakes/rough-days.ts';
import { FileLikeSource } from './fakes/row-sources.ts';
import { startJob } from './fakes/start-job.ts';
import { World } from './fakes/world.ts';

describe('a sink', () => {
  it('that is down for a minute stops the reading, not the checkpoints; memory is bounded', async () => {
    const world = new World(START_MS);
    const source = new FileLikeSource(world, messages);
    const { job, sink, events } = startJob({
      world,
      definitions,
      sources: [source],
      options: { bounds: { predictions: 20 } },
    });
    sink.failures = 1e9;
    const running = job.run();
    await world.live(world.sleep(30_000, new AbortController().signal));
    const stuck = job.status();
    const { delivered } = source;
    await world.live(world.sleep(30_000, new AbortController().signal));
    const later = job.status();
    expect(source.delivered).toBe(delivered);
    expect(stuck.paused).toMatch(/predictions wait for memory:sink/);
    // At most what the delivery in hand led to is beyond the bound.
    expect(later.predictions.outbox).toBeGreaterThanOrEqual(20);
    expect(later.predictions.outbox).toBeLessThan(60);
    expect(later.sinks[0]).toMatchObject({ state: 'retrying', error: 'the sink is down' });
    expect(later.checkpoint!.snapshots).toBeGreaterThan(stuck.checkpoint!.snapshots + 50);
    expect(later.checkpoint!.ageMs).toBeLessThan(500);

    sink.failures = 0;
    const report = await world.live(running);
    expect(report).toMatchObject({ outcome: 'finished', drained: true });
    expect(sink.outside.values).toEqual((await undisturbed()).values);
    expect(kinds(events)).toEqual(['publish_failed', 'paused', 'resumed', 'source_ended']);
  });

  it('that is down does not stop the others until its backlog is full', async () => {
    const world = new World(START_MS);
    const outside = new Published();
    const down = new RecordingSink(world, new Published(), 'memory:down');
    const up = new RecordingSink(world, outside, 'memory:up');
    down.failures = 1e9;
    const { job } = startJob({
      world,
      definitions,
      sources: [new FileLikeSource(world, messages)],
      options: { sinks: [down, up] },
    });
    const running = job.run();
    await world.live(world.sleep(60_000, new AbortController().signal));
    expect(outside.values).toEqual((await undisturbed()).values);
    job.stop(500);
    expect(await world.live(running)).toMatchObject({ outcome: 'finished', drained: false });
    expect(down.outside.values.size).toBe(0);
  });

  it('that was down when the job ended gets everything from the next one', async () => {
    const blobs = new Map<string, Uint8Array>();
    const outside = new Published();
    for (const life of [0, 1]) {
      const world = new World(START_MS + life * 100_000);
      const { job, sink } = startJob({
        world,
        definitions,
        sources: [new FileLikeSource(world, messages)],
        outside,
        blobs: new MemoryBlobs(world, blobs),
      });
      if (life === 0) sink.failures = 1e9;
      const running = job.run();
      if (life === 0) {
        await world.live(world.sleep(700, new AbortController().signal));
        job.stop(500);
      }
      expect(await world.live(running)).toMatchObject({ drained: life === 1 });
    }
    expect(outside.values).toEqual((await undisturbed()).values);
  });

  it('is told apart by how long predictions took to it, from the delivery that closed their window', async () => {
    const world = new World(START_MS);
    const quick = new RecordingSink(world, new Published(), 'memory:quick');
    const slow = new RecordingSink(world, new Published(), 'memory:slow');
    const publish = slow.publish.bind(slow);
    slow.publish = async (batch) => {
      await world.takes(400);
      await publish(batch);
    };
    const { job } = startJob({
      world,
      definitions,
      sources: [new FileLikeSource(world, messages)],
      options: { sinks: [quick, slow] },
      commitMs: 20,
    });
    await world.live(job.run());
    const [first, second] = job.status().sinks.map(({ delays }) => delays);
    const predictions = (await undisturbed()).values.size;
    const countUpTo = ({ classes }: typeof first & {}, ms: number): number =>
      classes.filter(({ upToMs }) => upToMs <= ms).reduce((sum, { count }) => sum + count, 0);
    // Windows wait 10 ms for their batch and 20 ms for a commit; the slow one takes 400 ms for each batch, and several may wait.
    expect(countUpTo(first!, 50)).toBe(predictions);
    expect(countUpTo(second!, 300)).toBe(0);
    expect(countUpTo(second!, Number.POSITIVE_INFINITY)).toBe(predictions);
    expect(second!.sumMs).toBeGreaterThan(first!.sumMs + 350 * predictions);
  });

  it('that refuses some predictions for good gets the others; these go to the dead letters', async () => {
    const world = new World(START_MS);
    const letters = new RecordingLetters(world);
    const { job, sink, events } = startJob({
      world,
      definitions,
      sources: [new FileLikeSource(world, messages)],
      options: { deadLetters: letters },
    });
    const isBad = (endMs: number): boolean => (endMs - START_MS) % 10_000 === 0;
    sink.refuses = (batch) =>
      batch.windowEndsMs.some(isBad) ? new WindrowError('OUTPUT', 'too large') : null;
    await world.live(job.run());
    const all = (await undisturbed()).values;
    const good = [...all].filter(([name]) => !isBad(Number(name.split(',')[1])));
    expect(sink.outside.values).toEqual(new Map(good));
    const refused = letters.letters.filter(({ heading }) => heading === 'refused');
    expect(refused.length).toBe(all.size - good.length);
    expect(refused[0]).toMatchObject({ source: 'memory:sink', reason: 'too large' });
    expect(JSON.parse(refused[0]!.raw!)).toMatchObject({ model_identifier: 'sum', revision: 0 });
    expect(job.status().sinks[0]).toMatchObject({ refused: refused.length, backlog: 0 });
    expect(kinds(events)).toContain('refused');
  });

  it('that refuses is asked again where nobody takes dead letters', async () => {
    const world = new World(START_MS);
    const { job, sink } = startJob({
      world,
      definitions,
      sources: [new FileLikeSource(world, messages)],
    });
    sink.failures = 3;
    sink.error = () => new WindrowError('OUTPUT', 'the topic is not there');
    expect(await world.live(job.run())).toMatchObject({ drained: true });
    expect(sink.outside.values).toEqual((await undisturbed()).values);
  });
});
