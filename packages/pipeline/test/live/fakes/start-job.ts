/** A live job in a simulated world. */
import { MetricDictionary, type Definition, type LiveSource } from '@windrow/core';
import {
  createLiveJob,
  type LiveEvent,
  type LiveJob,
  type LiveJobOptions,
} from '../../../src/index.ts';
import { MemoryBlobs } from './memory-blobs.ts';
import { Published, RecordingSink } from './recording-sink.ts';
import { SumScorer } from './sum-scorer.ts';
import type { World } from './world.ts';

export interface JobParts {
  readonly world: World;
  readonly definitions: readonly Definition[];
  readonly sources: readonly LiveSource[];
  readonly outside?: Published;
  readonly blobs?: MemoryBlobs | null;
  readonly scorer?: SumScorer;
  readonly options?: Partial<LiveJobOptions>;
  readonly snapshotMs?: number;
  readonly commitMs?: number;
}

export interface StartedJob {
  readonly job: LiveJob;
  readonly sink: RecordingSink;
  readonly scorer: SumScorer;
  readonly events: LiveEvent[];
}

let starts = 0;

export function startJob(parts: JobParts): StartedJob {
  const { world, definitions, sources, blobs } = parts;
  const scorer = parts.scorer ?? new SumScorer(world, definitions);
  const sink = new RecordingSink(world, parts.outside ?? new Published());
  const events: LiveEvent[] = [];
  const store = blobs === undefined ? new MemoryBlobs(world) : blobs;
  const job = createLiveJob({
    sources,
    sinks: [sink],
    deadLetters: null,
    scorer,
    dictionary: MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds)),
    checkpoint:
      store === null
        ? null
        : {
            store,
            owner: `start${String(starts++).padStart(8, '0')}`,
            about: 'a test',
            snapshotMs: parts.snapshotMs ?? 200,
            commitMs: parts.commitMs ?? 20,
          },
    outOfOrderMs: 1000,
    idleAfterMs: null,
    maxFutureMs: null,
    clock: world,
    onEvent: (event) => void events.push(event),
    ...parts.options,
  });
  return { job, sink, scorer, events };
}
