/** The job from start to end: what it promises of its sources, how it stops, and what it shows of itself. */
import { describe, expect, it } from 'vitest';
import { FiniteSink } from '../../src/index.ts';
import { MemoryBlobs } from './fakes/memory-blobs.ts';
import { START_MS, definitionOf } from './fakes/plant.ts';
import { Published } from './fakes/recording-sink.ts';
import { definitions, kinds, messages, seconds, undisturbed } from './fakes/rough-days.ts';
import { FileLikeSource } from './fakes/row-sources.ts';
import { startJob } from './fakes/start-job.ts';
import { SumScorer } from './fakes/sum-scorer.ts';
import { World } from './fakes/world.ts';

describe('a live job', () => {
  it('keeps nothing where there is no store, and acknowledges what the sinks have', async () => {
    const world = new World(START_MS);
    const source = new FileLikeSource(world, messages);
    const { job, sink } = startJob({ world, definitions, sources: [source], blobs: null });
    const report = await world.live(job.run());
    expect(report).toMatchObject({ outcome: 'finished', drained: true });
    expect(source.acknowledged).toBe(messages.length);
    expect(sink.outside.values.size).toBeGreaterThan(50);
    expect(job.status()).toMatchObject({ state: 'ended', checkpoint: null });
    expect([source.closed, sink.closed]).toEqual([1, 1]);
  });

  it('stops within its time, and goes on where it was', async () => {
    const outside = new Published();
    const blobs = new Map<string, Uint8Array>();
    for (const [life, stopMs] of [300, 200, null].entries()) {
      const world = new World(START_MS + life * 100_000);
      const source = new FileLikeSource(world, messages);
      const { job, sink, events } = startJob({
        world,
        definitions,
        sources: [source],
        outside,
        blobs: new MemoryBlobs(world, blobs),
      });
      const running = job.run();
      if (stopMs !== null) {
        await world.live(world.sleep(stopMs, new AbortController().signal));
        job.stop(1000);
      }
      const report = await world.live(running);
      expect(report).toMatchObject({
        outcome: stopMs === null ? 'finished' : 'stopped',
        drained: true,
      });
      expect(source.acknowledged).toBe(source.delivered);
      expect(sink.isHeld).toBe(stopMs !== null);
      expect(kinds(events).includes('source_ended')).toBe(stopMs === null);
    }
    expect(outside.values).toEqual((await undisturbed()).values);
    // Nothing was published twice: what was drained is known to be.
    expect(outside.again).toBe(0);
  });

  // It once waited for its whole time: nobody told the last cut that the checkpoint before it was complete.
  it('that is stopped while a checkpoint is written waits for that, and no longer', async () => {
    const world = new World(START_MS);
    const blobs = new MemoryBlobs(world);
    const put = blobs.put.bind(blobs);
    blobs.put = async (name, bytes) => {
      if (name.startsWith('part/')) await world.takes(300);
      await put(name, bytes);
    };
    const slow = messages.map((message) => ({ ...message, afterMs: 50 }));
    const sources = [new FileLikeSource(world, slow)];
    const { job } = startJob({ world, definitions, sources, blobs, snapshotMs: 1000 });
    const running = job.run();
    // A snapshot is begun at 1000 ms, and the next one would be at 2000 ms.
    await world.live(world.sleep(1050, new AbortController().signal));
    job.stop(600_000);
    expect(await world.live(running)).toMatchObject({ outcome: 'stopped', drained: true });
    expect(world.nowMs()).toBeLessThan(1800);
  });

  it('tells for how long it waits for a model that does not answer', async () => {
    const world = new World(START_MS);
    const scorer = new SumScorer(world, definitions);
    scorer.isStuck = true;
    const { job } = startJob({
      world,
      definitions,
      sources: [new FileLikeSource(world, messages)],
      scorer,
    });
    const running = job.run();
    await world.live(world.sleep(40_000, new AbortController().signal));
    const { stepMs, state } = job.status();
    expect(state).toBe('running');
    expect(stepMs).toBeGreaterThan(38_000);
    expect(stepMs).toBeLessThanOrEqual(40_000);
    world.kill();
    expect(await world.live(running)).toBe('killed');
  });

  it('is at no step when there is nothing to do', async () => {
    const world = new World(START_MS);
    const source = new FileLikeSource(world, messages);
    const { job } = startJob({ world, definitions, sources: [source] });
    await world.live(job.run());
    expect(job.status().stepMs).toBeNull();
  });

  it('reads several sources in turns', async () => {
    const world = new World(START_MS);
    const sources = [0, 1].map(
      (line) => new FileLikeSource(world, seconds(line, 0, 50, 0), `memory:${line}`),
    );
    const order: number[] = [];
    const { job } = startJob({
      world,
      definitions,
      sources,
      options: {
        onEvent: () => undefined,
        clock: {
          wallMs: () => {
            order.push(sources[1]!.delivered - sources[0]!.delivered);
            return world.wallMs();
          },
          nowMs: () => world.nowMs(),
          sleep: (ms, signal) => world.sleep(ms, signal),
        },
        maxFutureMs: 1e12,
      },
    });
    await world.live(job.run());
    expect(Math.max(...order.map(Math.abs))).toBeLessThanOrEqual(2);
  });

  it('has finished once: started again it publishes nothing and reads nothing', async () => {
    const blobs = new Map<string, Uint8Array>();
    const outside = new Published();
    for (const life of [0, 1]) {
      const world = new World(START_MS + life * 100_000);
      const source = new FileLikeSource(world, messages);
      const { job } = startJob({
        world,
        definitions,
        sources: [source],
        outside,
        blobs: new MemoryBlobs(world, blobs),
      });
      expect(await world.live(job.run())).toMatchObject({ outcome: 'finished', drained: true });
      expect(source.delivered).toBe(life === 0 ? messages.length : 0);
    }
    expect(outside.again).toBe(0);
  });

  it('refuses outputs that are shown at the end together with checkpoints', () => {
    const world = new World(START_MS);
    const nothing = (): Promise<void> => Promise.resolve();
    const sink = new FiniteSink({
      uri: 'out.csv',
      write: nothing,
      commit: nothing,
      abort: nothing,
    });
    const sources = [new FileLikeSource(world, messages)];
    expect(() => startJob({ world, definitions, sources, options: { sinks: [sink] } })).toThrow(
      /^out\.csv: found a sink that is shown whole at the end/,
    );
  });
});

describe('a look', () => {
  it('at a window gives its numbers and their coverage', async () => {
    const world = new World(START_MS);
    const gappy = seconds(0, 0, 60, 20).filter((_, n) => n % 3 !== 1);
    const { job } = startJob({
      world,
      definitions: [definitionOf(1, { line: 0 })],
      sources: [new FileLikeSource(world, gappy)],
    });
    const running = job.run();
    await world.live(world.sleep(500, new AbortController().signal));
    const look = job.window(definitionOf(1, { line: 0 }).outputMetricId)!;
    expect(look.window).toMatchObject({ verdict: 'complete', shape: [3, 6] });
    expect(look.coverage).toEqual([4 / 6, 4 / 6, 4 / 6]);
    expect(job.window('00000000-0000-4000-8000-000000000000')).toBeNull();
    const definition = job.definition(look.definition.outputMetricId)!;
    expect(definition.predictions[0]).toMatchObject({ revision: 0, model: { identifier: 'sum' } });
    expect(definition.predictions[0]!.windowEndMs).toBe(look.window!.windowEndMs);
    expect(definition.counts.scored).toBeGreaterThan(2);
    await world.live(running);
  });
});
