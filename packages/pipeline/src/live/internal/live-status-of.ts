/** How a job stands, from its parts. */
import { SampleCounter, assert, type Definition } from '@windrow/core';
import type { WindowEngine, WindowInspection } from '@windrow/windowing';
import type { LiveJobOptions } from '../live-job-options.ts';
import type {
  LiveCheckpointStatus,
  LiveDefinitionStatus,
  LiveJobStatus,
  LiveLineStatus,
  LiveWindow,
} from '../live-job-status.ts';
import { DelayClasses } from './delay-classes.ts';
import type { LiveMachine } from './live-machine.ts';
import { countsOf } from './live-report.ts';

type About = Pick<LiveJobStatus, 'state' | 'paused' | 'stepMs'>;
type Line = WindowEngine['lines'][number];

/** Before there is anything. */
export function noStatus(options: LiveJobOptions, about: About): LiveJobStatus {
  const { sources, sinks, deadLetters } = options;
  const nothing = { deliveries: 0, samples: 0, acknowledged: 0, unacknowledged: 0 };
  const delays = new DelayClasses().counts();
  const none = { published: 0, backlog: 0, refused: 0, publishingMs: null, delays };
  return {
    ...about,
    samples: new SampleCounter().snapshot(),
    lines: [],
    sources: sources.map((source) => ({ ...source.status(), ...nothing })),
    sinks: sinks.map((sink) => ({ ...sink.status(), ...none })),
    deadLetters: { sink: deadLetters?.status() ?? null, count: 0, backlog: 0, shown: [] },
    checkpoint: null,
    predictions: { made: 0, outbox: 0, failedRuns: 0 },
    stateBytes: 0,
  };
}

export function statusOf(
  machine: LiveMachine,
  options: LiveJobOptions,
  about: About,
): LiveJobStatus {
  const { core, letters, desk, feeds, sinks } = machine;
  return {
    ...about,
    samples: core.samples(),
    lines: core.engine.lines.map((line) => lineStatus(line, machine, options)),
    sources: feeds.map((feed) => feed.status),
    sinks: sinks.map((sink) => sink.status),
    deadLetters: {
      sink: letters.status,
      count: letters.count,
      backlog: letters.backlog,
      shown: [...letters.shown],
    },
    checkpoint: checkpointStatus(machine, options),
    predictions: {
      made: core.outbox.made,
      outbox: core.outbox.made - machine.publishedByAll,
      failedRuns: desk.failures,
    },
    stateBytes: core.engine.sizeBytes,
  };
}

export function definitionStatusOf(
  machine: LiveMachine,
  options: LiveJobOptions,
  outputMetricId: string,
): LiveDefinitionStatus | null {
  const { core } = machine;
  const { targets } = core.generation;
  const target = targets.findIndex((t) => t.definition.outputMetricId === outputMetricId);
  const model = options.scorer.targets[target]?.model;
  if (model === undefined) return null;
  const { definition } = targets[target]!;
  const line = core.engine.lines.find(({ plan }) => plan.lineId === definition.lineId);
  assert(line !== undefined, 'every definition has a line');
  return {
    definition,
    model,
    counts: countsOf(machine)[target]!,
    predictions: core.ledger.shown(target),
    line: lineStatus(line, machine, options),
  };
}

/** A window as it is now. */
export function windowOf(
  { core }: LiveMachine,
  outputMetricId: string,
  atMs: number | undefined,
): LiveWindow | null {
  const { targets } = core.generation;
  const target = targets.findIndex((t) => t.definition.outputMetricId === outputMetricId);
  if (target < 0) return null;
  const { definition } = targets[target]!;
  const window = core.engine.inspect(target, atMs);
  return { definition, window, coverage: window === null ? null : coverageOf(window, definition) };
}

/** Share of observed cells by input. */
function coverageOf({ observed, shape }: WindowInspection, definition: Definition): number[] {
  const isTimeMajor = definition.layout === 'time_major';
  const [channels, cells] = isTimeMajor ? [shape[1], shape[0]] : shape;
  return Array.from({ length: channels }, (_, c) => {
    let count = 0;
    for (let t = 0; t < cells; t++) {
      count += observed[isTimeMajor ? t * channels + c : c * cells + t]!;
    }
    return count / cells;
  });
}

function lineStatus(line: Line, machine: LiveMachine, { clock }: LiveJobOptions): LiveLineStatus {
  const { watermarkMs, lastArrivalMs } = line;
  const { latestMs } = line.state;
  const isSeen = Number.isFinite(latestMs);
  const wasHeard = Number.isFinite(lastArrivalMs);
  return {
    lineId: line.plan.lineId,
    watermarkMs: isSeen && Number.isFinite(watermarkMs) ? watermarkMs : null,
    watermarkLagMs: isSeen && Number.isFinite(watermarkMs) ? clock.wallMs() - watermarkMs : null,
    latestMs: isSeen ? latestMs : null,
    silentMs: wasHeard ? machine.listening.read() - lastArrivalMs : null,
    samples: line.counter.snapshot(),
    lateness: line.disorder.classes(),
    stateBytes: line.sizeBytes,
  };
}

function checkpointStatus(
  { snapshots, commits }: LiveMachine,
  { clock }: LiveJobOptions,
): LiveCheckpointStatus | null {
  if (snapshots === null) return null;
  const { completedMs, figures, commitCounters: counters } = snapshots;
  return {
    uri: snapshots.store.blobs.uri,
    ageMs: completedMs === null ? null : clock.nowMs() - completedMs,
    ...figures,
    commits: counters.commits,
    journalBytes: counters.bytes,
    commitMs: counters.tookMs,
    uncommittedBytes: commits.uncommittedBytes,
    error: snapshots.store.error,
  };
}
