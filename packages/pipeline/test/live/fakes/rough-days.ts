/** What tests of rough days share: the usual definitions and messages, and what comes of them on a good day. */
import type { LiveEvent } from '../../../src/index.ts';
import { START_MS, metricId, plantDefinitions, plantMessages } from './plant.ts';
import { Published } from './recording-sink.ts';
import { FileLikeSource, type Message, type Row } from './row-sources.ts';
import { startJob } from './start-job.ts';
import { World } from './world.ts';

export const definitions = plantDefinitions(4000);
export const messages = plantMessages(40, 1, 4000);

/** What the outside holds after a run without disturbance. */
export async function undisturbed(of: readonly Message[] = messages): Promise<Published> {
  const world = new World(START_MS);
  const outside = new Published();
  const { job } = startJob({
    world,
    definitions,
    sources: [new FileLikeSource(world, of)],
    outside,
    blobs: null,
  });
  await world.live(job.run());
  return outside;
}

/** A sample of every sensor of a line each second, from second `from` to `to` (exclusive). */
export function seconds(line: number, from: number, to: number, afterMs: number): Message[] {
  return Array.from({ length: to - from }, (_, i): Message => {
    const rows = [0, 1, 2].map((sensor): Row => ({
      id: metricId(line, sensor),
      timestampMs: START_MS + (from + i) * 1000,
      value: (from + i) * 10 + sensor,
    }));
    return { afterMs, rows };
  });
}

export function kinds(events: readonly LiveEvent[]): string[] {
  return [...new Set(events.map(({ kind }) => kind))].filter((kind) => kind !== 'checkpointed');
}
