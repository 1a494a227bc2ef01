import { describe, expect, it } from 'vitest';
import type { LiveFollower } from '../../src/index.ts';
import { START_MS } from './fakes/plant.ts';
import { definitions, messages, undisturbed } from './fakes/rough-days.ts';
import { FileLikeSource } from './fakes/row-sources.ts';
import { startJob } from './fakes/start-job.ts';
import { World } from './fakes/world.ts';

/** Writes down what it is told. */
class Notes implements LiveFollower {
  isFollowing = true;
  readonly lines: string[] = [];
  readonly judgedBy: Map<string, number[]> = new Map();
  readonly scoredWindows: string[] = [];
  readonly published: string[] = [];
  readonly errors: string[] = [];
  readonly deliveries: { readonly source: string; readonly samples: number }[] = [];
  /** Bytes, and ms since they were sealed. */
  readonly commits: (readonly [number, number])[] = [];
  /** Of models and sinks. */
  readonly names: Set<string> = new Set();
  #turn = 0;

  arrived({ sequence }: { readonly sequence: number }): void {
    this.lines.push(`arrived ${sequence}`);
  }

  begun({ source, sequence, samples }: Parameters<LiveFollower['begun']>[0]): void {
    this.lines.push(`begun ${sequence}`);
    this.deliveries.push({ source, samples });
    this.#turn = sequence;
  }

  judged(outputMetricId: string, windowEndMs: number): void {
    const name = `${outputMetricId},${windowEndMs}`;
    this.judgedBy.set(name, [...(this.judgedBy.get(name) ?? []), this.#turn]);
  }

  worked(): void {
    this.lines.push(`worked ${this.#turn}`);
    this.#turn = 0;
  }

  scored({ outputMetricId, windowEndMs, model }: Parameters<LiveFollower['scored']>[0]): void {
    this.names.add(model);
    this.scoredWindows.push(`${outputMetricId},${windowEndMs}`);
  }

  committed(sizeBytes: number, elapsedMs: number): void {
    this.commits.push([sizeBytes, elapsedMs]);
  }

  publishing(
    sink: string,
    batch: Parameters<LiveFollower['publishing']>[1],
  ): (error: string | null) => void {
    this.names.add(sink);
    return (error) => {
      if (error !== null) this.errors.push(error);
      else for (const endMs of batch.windowEndsMs) this.published.push(String(endMs));
    };
  }
}

describe('who follows a job', () => {
  it('is told of each delivery, its windows, their scores, commits and publications', async () => {
    const world = new World(START_MS);
    const follower = new Notes();
    const { job, sink } = startJob({
      world,
      definitions,
      sources: [new FileLikeSource(world, messages)],
      options: { follower },
    });
    sink.failures = 2;
    await world.live(job.run());
    const turns = messages.flatMap((_, n) => [`begun ${n + 1}`, `worked ${n + 1}`]);
    expect(follower.lines.filter((line) => !line.startsWith('arrived'))).toEqual(turns);
    expect(follower.lines.filter((line) => line.startsWith('arrived'))).toHaveLength(
      messages.length,
    );
    const judged = [...follower.judgedBy].flatMap(([name, by]) => by.map(() => name));
    expect(follower.scoredWindows.toSorted()).toEqual(judged.toSorted());
    // But for the end of the input, a delivery is the reason for each.
    expect([...follower.judgedBy.values()].flat().filter((by) => by > 0).length).toBeGreaterThan(
      50,
    );
    expect(follower.errors).toEqual(['the sink is down', 'the sink is down']);
    expect(follower.published).toHaveLength(sink.outside.published);
    expect(follower.deliveries).toEqual(
      messages.map(({ rows }) => ({ source: 'memory:file', samples: rows.length })),
    );
    expect([...follower.names].toSorted()).toEqual(['memory:sink', 'sum/1']);
    expect(follower.commits.length).toBeGreaterThan(5);
    expect(follower.commits.every(([bytes, ms]) => bytes > 0 && ms >= 0)).toBe(true);
    expect(sink.outside.values).toEqual((await undisturbed()).values);
  });

  it('and follows nothing at present is not told of windows, scores and publications', async () => {
    const world = new World(START_MS);
    const follower = new Notes();
    follower.isFollowing = false;
    const sources = [new FileLikeSource(world, messages)];
    const { job } = startJob({ world, definitions, sources, options: { follower } });
    await world.live(job.run());
    expect([follower.judgedBy.size, follower.scoredWindows, follower.published]).toEqual([
      0,
      [],
      [],
    ]);
    expect(follower.lines).toHaveLength(3 * messages.length);
  });
});
