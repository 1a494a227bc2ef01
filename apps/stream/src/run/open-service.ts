/**
 * The parts of a job by name, opened in the order in which they can refuse: definitions and models first, so that nothing exists of any
 * output before these are known to be right.
 */
import {
  MetricDictionary,
  assert,
  type DeadLetter,
  type Definition,
  type LiveSink,
  type LiveSource,
  type PredictionBatch,
  type Refreshed,
} from '@windrow/core';
import { openDefinitions, refuseClashes } from '@windrow/io';
import { createLiveJob, timerClock, type LiveJob, type LiveJobOptions } from '@windrow/pipeline';
import { createScorer, openModelStore, type ModelScorer } from '@windrow/scoring';
import type { Settings } from '../config/settings.ts';
import { LetterLog, logDefinitionsEvent, logJobEvent, logModelEvent } from '../log/log-events.ts';
import type { Logger } from '../log/logger.ts';
import { definitionReaders } from '../open/definition-readers.ts';
import { openCheckpoint } from '../open/open-checkpoint.ts';
import { openLetters, openOutput, type Output } from '../open/outputs.ts';
import type { Outside } from '../open/outside.ts';
import { refuseUnfitSink } from '../open/refuse-unfit-sink.ts';
import { sourceKind } from '../open/source-kinds.ts';
import { noTracing, startTracing, type Tracing } from '../tracing/tracing.ts';
import type { Service } from './service.ts';

const IDLE_AFTER_S = 30;
const MIB = 1 << 20;

export interface OpenedService extends Service {
  readonly outputs: readonly Output<never>[];
  /** Every source ends by itself. */
  readonly isReplay: boolean;
  readonly letterLog: LetterLog;
  readonly tracing: Tracing;
}

export async function openService(
  settings: Settings,
  outside: Outside,
  logger: Logger,
): Promise<OpenedService> {
  const kinds = settings.source.map((uri) => sourceKind(uri, outside));
  const isReplay = kinds.every((kind) => kind.isFinite);
  for (const uri of settings.sink) refuseUnfitSink(uri, settings, outside);
  await refuseOwnInputs(settings);
  /** The job, as soon as there is one: before that definitions do not change. */
  const running: Running = { job: null };
  const definitions = await openOwnDefinitions(settings, outside, logger, running);
  const scorer = await openScorer(settings, outside, logger, definitions.value);
  const opened: Opened = [scorer];
  try {
    const tracing = await openTracing(settings, outside);
    opened.push(tracing);
    const checkpoint = await openCheckpoint(settings, outside);
    const sources: LiveSource[] = [];
    for (const [i, kind] of kinds.entries()) {
      const source = await kind.open(settings.source[i]!, outside);
      opened.push(source);
      sources.push(source);
    }
    const isWhole = isReplay && checkpoint === null;
    const { outputs, ...sinks } = await openSinks(settings, isWhole, outside, opened);
    const letterLog = new LetterLog(logger, () => outside.terminal.elapsedMs());
    const job = createLiveJob({
      sources,
      ...sinks,
      ...timesAndBounds(settings, isReplay, outside),
      scorer,
      dictionary: MetricDictionary.of(definitions.value.flatMap((d) => d.inputMetricIds)),
      checkpoint,
      ...(tracing.follower === null ? {} : { follower: tracing.follower }),
      onEvent: (event) => {
        logJobEvent(logger, letterLog, event);
        tracing.event(event);
      },
    });
    running.job = job;
    const snapshotMs = checkpoint?.snapshotMs ?? null;
    return { job, scorer, definitions, snapshotMs, outputs, isReplay, letterLog, tracing };
  } catch (error) {
    for (const part of opened.toReversed()) await part.close().catch(() => undefined);
    throw error;
  }
}

/** What is to be closed where something later cannot be opened. */
type Opened = { close(): Promise<void> }[];

interface Running {
  job: LiveJob | null;
}

function openOwnDefinitions(
  settings: Settings,
  { terminal }: Outside,
  logger: Logger,
  running: Running,
): Promise<Refreshed<readonly Definition[]>> {
  return openDefinitions({
    uri: settings.definitions,
    ttlMs: orNever(settings.definitionsRefresh),
    nowMs: () => terminal.elapsedMs(),
    accept: async (value) => {
      assert(running.job !== null, 'definitions change while the job runs');
      await running.job.redefine(value);
    },
    onEvent: (event) => logDefinitionsEvent(logger, event),
    cacheFile: settings.definitionsCache,
    readers: definitionReaders,
  });
}

function timesAndBounds(
  settings: Settings,
  isReplay: boolean,
  { terminal }: Outside,
): Pick<
  LiveJobOptions,
  'delivery' | 'outOfOrderMs' | 'idleAfterMs' | 'maxFutureMs' | 'clock' | 'bounds'
> {
  return {
    delivery: settings.delivery,
    outOfOrderMs: Math.round(settings.outOfOrder * 1000),
    idleAfterMs: idleAfterMs(settings.idleAfter, isReplay),
    maxFutureMs: settings.maxFuture * 1000,
    clock: timerClock({ wallMs: () => terminal.nowMs(), nowMs: () => terminal.elapsedMs() }),
    bounds: {
      predictions: settings.maxPredictions,
      deadLetters: settings.maxDeadLetters,
      journalBytes: settings.maxJournal * MIB,
    },
  };
}

async function openScorer(
  settings: Settings,
  { terminal }: Outside,
  logger: Logger,
  definitions: Parameters<typeof createScorer>[0],
): Promise<ModelScorer> {
  const scorer = await createScorer(definitions, await openModelStore(settings.models), {
    nowMs: () => terminal.elapsedMs(),
    workers: settings.workers,
    older: true,
    ...(settings.modelsRefresh === 0 ? {} : { refreshMs: settings.modelsRefresh * 1000 }),
    onEvent: (event) => logModelEvent(logger, event),
  });
  for (const note of scorer.notes) logger.log('info', 'model_note', note);
  return scorer;
}

interface OpenedSinks {
  readonly outputs: readonly Output<never>[];
  readonly sinks: readonly LiveSink<PredictionBatch>[];
  readonly deadLetters: LiveSink<readonly DeadLetter[]> | null;
}

async function openSinks(
  settings: Settings,
  isWhole: boolean,
  outside: Outside,
  opened: Opened,
): Promise<OpenedSinks> {
  const outputs: Output<never>[] = [];
  const sinks: LiveSink<PredictionBatch>[] = [];
  const keep = <T>(output: Output<T>): LiveSink<T> => {
    outputs.push(output);
    opened.push({
      close: () => {
        output.sink.hold?.();
        return output.whole === null ? output.sink.close() : output.whole.abort();
      },
    });
    return output.sink;
  };
  for (const uri of settings.sink) sinks.push(keep(await openOutput(uri, outside)));
  const { deadLetter } = settings;
  const deadLetters =
    deadLetter === null ? null : keep(await openLetters(deadLetter, isWhole, outside));
  return { outputs, sinks, deadLetters };
}

function openTracing(settings: Settings, { terminal }: Outside): Promise<Tracing> {
  const { otelEndpoint: endpoint, otelRatio: ratio, sink } = settings;
  if (endpoint === null) return Promise.resolve(noTracing);
  const clock = { wallMs: () => terminal.nowMs(), nowMs: () => terminal.elapsedMs() };
  return startTracing({ endpoint, ratio, clock, sinks: sink.length });
}

/** @throws WindrowError USAGE where a file would be read and written by the same run */
function refuseOwnInputs(settings: Settings): Promise<void> {
  const { source, definitions, sink, deadLetter, summaryFile } = settings;
  const others = [deadLetter, summaryFile].filter((uri) => uri !== null);
  return refuseClashes([...source, definitions], [...sink, ...others]);
}

function orNever(seconds: number): number {
  return seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1000;
}

/** A replay is as fast as it can be, and its lines are silent only because of that. */
function idleAfterMs(asked: number | null, isReplay: boolean): number | null {
  const seconds = asked ?? (isReplay ? 0 : IDLE_AFTER_S);
  return seconds === 0 ? null : seconds * 1000;
}
