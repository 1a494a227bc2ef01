/** Lines that fall silent, and jobs that only could not hear them. */
import { describe, expect, it } from 'vitest';
import { MemoryBlobs } from './fakes/memory-blobs.ts';
import { START_MS } from './fakes/plant.ts';
import { Published, type RecordingSink } from './fakes/recording-sink.ts';
import { definitions, seconds } from './fakes/rough-days.ts';
import { FileLikeSource } from './fakes/row-sources.ts';
import { startJob } from './fakes/start-job.ts';
import { World } from './fakes/world.ts';

describe('silence', () => {
  /** Window ends of definition 3 or 4 (line 1) that are published. */
  const endsOf = (sink: RecordingSink, n: number): number[] =>
    [...sink.outside.values.keys()]
      .filter((name) => name.includes(`000000${n},`))
      .map((name) => (Number(name.split(',')[1]) - START_MS) / 1000);

  it('of a line: its last windows come when it was silent for long enough', async () => {
    const world = new World(START_MS);
    const sources = [
      new FileLikeSource(world, seconds(1, 0, 21, 0), 'memory:1'),
      new FileLikeSource(world, seconds(0, 0, 60, 1000), 'memory:0'),
    ];
    const { job, sink } = startJob({
      world,
      definitions,
      sources,
      options: { idleAfterMs: 10_000 },
    });
    void job.run();
    await world.live(world.sleep(9000, new AbortController().signal));
    expect(Math.max(...endsOf(sink, 4))).toBe(19);
    await world.live(world.sleep(4000, new AbortController().signal));
    expect(Math.max(...endsOf(sink, 4))).toBeGreaterThanOrEqual(21);
    const line = job.status().lines.find(({ lineId }) => lineId.endsWith('1'))!;
    expect(line.silentMs).toBeGreaterThan(10_000);
    world.kill();
  });

  it('of a job that cannot read, or of a source that is opened again, is none of the lines', async () => {
    const world = new World(START_MS);
    const source = new FileLikeSource(world, [
      ...seconds(1, 0, 21, 0),
      ...seconds(1, 21, 30, 50_000),
    ]);
    const { job, sink } = startJob({
      world,
      definitions,
      sources: [source],
      options: { idleAfterMs: 10_000 },
    });
    source.state = 'retrying';
    void job.run();
    await world.live(world.sleep(40_000, new AbortController().signal));
    expect(Math.max(...endsOf(sink, 4))).toBe(19);
    source.state = 'ready';
    await world.live(world.sleep(9000, new AbortController().signal));
    expect(Math.max(...endsOf(sink, 4))).toBe(19);
    world.kill();
  });

  it('goes on counting where a job that was killed left off', async () => {
    const blobs = new Map<string, Uint8Array>();
    const outside = new Published();
    for (const [life, ms] of [8000, 4000].entries()) {
      const world = new World(START_MS + life * 86_400_000);
      const { job, sink } = startJob({
        world,
        definitions,
        sources: [
          new FileLikeSource(world, seconds(1, 0, 21, 0), 'memory:1'),
          new FileLikeSource(world, seconds(0, 0, 60, 1000), 'memory:0'),
        ],
        outside,
        blobs: new MemoryBlobs(world, blobs),
        options: { idleAfterMs: 10_000 },
      });
      void job.run();
      await world.live(world.sleep(ms, new AbortController().signal));
      world.kill();
      // Eight seconds of silence, and then four.
      const latest = Math.max(...endsOf(sink, 4));
      expect(latest >= 21).toBe(life === 1);
    }
  });

  it('of a job that was down does not make the backlog late', async () => {
    const blobs = new Map<string, Uint8Array>();
    const outside = new Published();
    const all = seconds(1, 0, 60, 100);
    for (const life of [0, 1]) {
      // A day later.
      const world = new World(START_MS + life * 86_400_000);
      const { job } = startJob({
        world,
        definitions,
        sources: [new FileLikeSource(world, all)],
        outside,
        blobs: new MemoryBlobs(world, blobs),
        options: { idleAfterMs: 5000 },
      });
      const running = job.run();
      if (life === 0) {
        await world.live(world.sleep(3000, new AbortController().signal));
        world.kill();
        continue;
      }
      const report = await world.live(running);
      expect(report).toMatchObject({ samples: { received: 180, applied: 180 } });
    }
    expect(outside.contradictions).toEqual([]);
  });
});
