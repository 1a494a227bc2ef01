/** Checkpoint stores that are down, taken over, damaged, or old. */
import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../src/index.ts';
import { MemoryBlobs } from './fakes/memory-blobs.ts';
import { START_MS } from './fakes/plant.ts';
import { Published } from './fakes/recording-sink.ts';
import { definitions, kinds, messages, undisturbed } from './fakes/rough-days.ts';
import { FileLikeSource } from './fakes/row-sources.ts';
import { startJob } from './fakes/start-job.ts';
import { World } from './fakes/world.ts';

describe('a checkpoint store', () => {
  it('that is down lets nothing out and nothing in, and then all', async () => {
    const world = new World(START_MS);
    const blobs = new MemoryBlobs(world);
    const source = new FileLikeSource(world, messages);
    const { job, sink, events } = startJob({
      world,
      definitions,
      sources: [source],
      blobs,
      options: { bounds: { journalBytes: 2000 } },
    });
    const running = job.run();
    await world.live(world.sleep(100, new AbortController().signal));
    const { published } = sink.outside;
    const { acknowledged } = source;
    blobs.failures = 1e9;
    await world.live(world.sleep(30_000, new AbortController().signal));
    const status = job.status();
    expect(status.paused).toMatch(/bytes of the journal wait/);
    expect(status.checkpoint!.error).toMatch(/the store is down/);
    // What was committed before may still have been on its way.
    expect(sink.outside.published - published).toBeLessThan(20);
    expect(source.acknowledged - acknowledged).toBeLessThan(8);
    expect(source.delivered).toBeLessThan(messages.length);
    blobs.failures = 0;
    expect(await world.live(running)).toMatchObject({ outcome: 'finished', drained: true });
    expect(sink.outside.values).toEqual((await undisturbed()).values);
    expect(kinds(events)).toEqual(['checkpoint_failed', 'paused', 'resumed', 'source_ended']);
  });

  it('that another job has taken over ends this one, and it tells nobody anything after that', async () => {
    const world = new World(START_MS);
    const blobs = new MemoryBlobs(world);
    const outside = new Published();
    const slow = messages.map((message) => ({ ...message, afterMs: 50 }));
    const start = (): ReturnType<typeof startJob> =>
      startJob({ world, definitions, sources: [new FileLikeSource(world, slow)], outside, blobs });
    const first = start();
    const ended = first.job.run().then(
      () => 'no error',
      (error: unknown) => String(error),
    );
    await world.live(world.sleep(1500, new AbortController().signal));
    const second = start();
    const finished = second.job.run();
    expect(await world.live(ended)).toMatch(
      /memory:checkpoints: found that another job took these checkpoints over \(a test\)/,
    );
    expect(first.job.status().state).toBe('failed');
    // What it has open belongs to the other one now.
    expect(first.sink.isHeld).toBe(true);
    expect(await world.live(finished)).toMatchObject({ outcome: 'finished', drained: true });
    expect(second.sink.isHeld).toBe(false);
    expect(outside.contradictions).toEqual([]);
    expect(outside.values).toEqual((await undisturbed()).values);
  });

  it('whose newest checkpoint is damaged: the one before it, and its journal', async () => {
    const { blobs, outside } = await lifeUntil(1200);
    const newest = namesOf(blobs, 'checkpoint/').at(-1)!;
    blobs.set(newest, flipped(blobs.get(newest)!));
    const { events, report } = await nextLife(blobs, outside);
    expect(report).toMatchObject({ outcome: 'finished' });
    const refused = events.find((event) => event.kind === 'checkpoint_refused');
    expect(refused).toMatchObject({ checkpoint: newest });
    expect(outside.contradictions).toEqual([]);
    expect(outside.values).toEqual((await undisturbed()).values);
  });

  it('whose journal is damaged is refused, with what to do', async () => {
    const { blobs, outside } = await lifeUntil(1200);
    const segment = namesOf(blobs, 'journal/').at(-1)!;
    blobs.set(segment, flipped(blobs.get(segment)!));
    await expect(nextLife(blobs, outside)).rejects.toThrow(
      /expected a checkpoint that can be used; journal\/.*: the checksum does not fit.*Put the folder back from a backup/,
    );
  });

  it('without a segment that others follow is refused', async () => {
    const { blobs, outside } = await lifeUntil(1200);
    blobs.delete(namesOf(blobs, 'journal/').at(-2)!);
    await expect(nextLife(blobs, outside)).rejects.toThrow(/found no journal\/\S+, expected all/);
  });

  it('keeps two checkpoints and what they need, and no more', async () => {
    const { blobs } = await lifeUntil(1900);
    expect(namesOf(blobs, 'checkpoint/').length).toBeLessThanOrEqual(3);
    expect(namesOf(blobs, 'part/').length).toBeLessThanOrEqual(66);
    expect(namesOf(blobs, 'journal/').length).toBeLessThan(60);
    expect(namesOf(blobs, 'epoch/').length).toBe(1);
  });
});

async function lifeUntil(
  endMs: number,
): Promise<{ readonly blobs: Map<string, Uint8Array>; readonly outside: Published }> {
  const world = new World(START_MS);
  const store = new MemoryBlobs(world);
  const outside = new Published();
  const sources = [
    new FileLikeSource(
      world,
      messages.map((m) => ({ ...m, afterMs: 30 })),
    ),
  ];
  const { job } = startJob({ world, definitions, sources, outside, blobs: store });
  void job.run();
  await world.live(world.sleep(endMs, new AbortController().signal));
  world.kill();
  return { blobs: store.blobs, outside };
}

async function nextLife(
  blobs: Map<string, Uint8Array>,
  outside: Published,
): Promise<{ readonly events: readonly LiveEvent[]; readonly report: unknown }> {
  const world = new World(START_MS + 100_000);
  const { job, events } = startJob({
    world,
    definitions,
    sources: [new FileLikeSource(world, messages)],
    outside,
    blobs: new MemoryBlobs(world, blobs),
  });
  return { report: await world.live(job.run()), events };
}

function namesOf(blobs: ReadonlyMap<string, unknown>, kind: string): string[] {
  return [...blobs.keys()].filter((name) => name.startsWith(kind)).toSorted();
}

function flipped(bytes: Uint8Array): Uint8Array {
  const damaged = bytes.slice();
  const at = damaged.length >> 1;
  damaged[at] = damaged[at]! ^ 1;
  return damaged;
}
