/**
 * A backfill in slices: planned from the source's metadata, run by several threads, gone on with where an earlier run ended, put
 * together at the end. What fits in one slice runs as it is, without a folder.
 */
import { WINDROW_VERSION, type Terminal } from '@windrow/cli';
import { assert, type ModelIdentity } from '@windrow/core';
import { readPredictions } from '@windrow/io';
import {
  FilteredSink,
  KnownPredictions,
  WorkFolder,
  WorkLock,
  allOf,
  deliver,
  fingerprintOf,
  mergeRecords,
  planBackfill,
  rangeSince,
  runBackfill,
  runSlice,
  runSlices,
  sinceCheckpoint as notIn,
  slicesOfPlan,
  type BackfillOptions,
  type BackfillPlan,
  type BackfillReport,
  type Changes,
  type CheckpointProgress,
  type EarlyParts,
  type OpenJob,
  type OpenSink,
  type PredictionFilter,
  type Shard,
  type Slice,
  type SliceRunner,
  type SlicesProgress,
} from '@windrow/pipeline';
import { checkpointProgress } from '../checkpoint-progress.ts';
import { runJob, type JobRequest, type JobSetting } from '../run-job.ts';
import type { SlicesSummary, Summary } from '../summary.ts';
import { collectGarbage } from './collect-garbage.ts';
import { planLine, tenths } from './slice-words.ts';
import { SliceThread } from './slice-thread.ts';

/** What a backfill knows before it runs. */
export interface SlicedRequest {
  /** Its parts' `workers` are slices at once; where there is one slice, threads that run the models. */
  readonly job: JobRequest;
  readonly range: BackfillOptions['range'];
  readonly strict: boolean;
  /** Slices at once; null: as many as there are cores. */
  readonly workers: number | null;
  readonly cores: number;
  /** About how many samples a slice has; null: chosen. */
  readonly sliceSamples: number | null;
  /** null: this machine does everything. */
  readonly shard: Shard | null;
  /** Where finished slices are kept. */
  readonly folder: string;
  /** Starts over, whatever is in the folder. */
  readonly fresh: boolean;
  /** Checkpoint of a stream: only the windows that it had not come to are written. null: all. */
  readonly sinceCheckpoint: string | null;
  /** Predictions that were written before: only what differs from them is written, as the next revision. null: everything. */
  readonly onlyChanged: string | null;
  /** What a person types to go on. */
  readonly commandLine: string;
}

/** Runs a backfill to its end. @returns the summary, which was printed */
export function runSlicedBackfill(request: SlicedRequest, terminal: Terminal): Promise<Summary> {
  const backfill = new SlicedBackfill(request, terminal);
  const { job } = request;
  const parts = { ...job.parts, workers: backfill.plan };
  return runJob({ ...job, parts }, terminal, backfill.run, {
    commit: backfill.commit,
    slices: () => backfill.summary,
    changes: () => backfill.changes,
  });
}

class SlicedBackfill {
  readonly #request: SlicedRequest;
  readonly #terminal: Terminal;
  #plan: BackfillPlan | null = null;
  #folder: WorkFolder | null = null;
  /** Of the work folder; null where the run needs none. */
  #lock: WorkLock | null = null;
  /** Where a sliced run writes: less those sinks that an earlier run has completed. */
  #outputs: readonly OpenSink[] | null = null;
  #changes: Changes | null = null;
  #progressOfStream: CheckpointProgress | null = null;
  #range: BackfillOptions['range'];
  #summary: SlicesSummary | null = null;

  constructor(request: SlicedRequest, terminal: Terminal) {
    this.#request = request;
    this.#terminal = terminal;
    this.#range = request.range;
  }

  /** null where the run was not cut. */
  get summary(): SlicesSummary | null {
    return this.#summary;
  }

  /** null where everything is written. */
  get changes(): Changes | null {
    return this.#changes;
  }

  /** Chooses where to cut; gives back how many threads run the models of this thread's scorer. */
  readonly plan = async (parts: EarlyParts): Promise<number> => {
    const { workers, cores, sinceCheckpoint } = this.#request;
    if (sinceCheckpoint !== null) {
      this.#progressOfStream = await checkpointProgress(sinceCheckpoint, this.#terminal);
      this.#range = rangeSince(this.#range, this.#progressOfStream, parts.definitions);
    }
    const asked = { ...this.#request, range: this.#range, workers: workers ?? cores };
    this.#plan = await planBackfill(parts, asked);
    const isOne = slicesOfPlan(parts, this.#plan.splits, this.#plan.cuts).length === 1;
    return isOne && workers !== null && workers > 1 ? workers : 0;
  };

  readonly run = async (setting: JobSetting): Promise<BackfillReport> => {
    const outputs = await this.#filtered(setting.job);
    const report = await this.#runInto(setting, outputs).catch(async (error: unknown) => {
      await this.#lock?.release();
      throw error;
    });
    const [first] = outputs;
    const isFiltered = first?.sink instanceof FilteredSink;
    return isFiltered ? { ...report, predictions: first.sink.written } : report;
  };

  async #runInto(setting: JobSetting, outputs: readonly OpenSink[]): Promise<BackfillReport> {
    const { job } = setting;
    const plan = this.#plan;
    assert(plan !== null, 'the job was planned when it was opened');
    this.#folder = await this.#openFolder(job, plan);
    const slices = slicesOfPlan(job, plan.splits, this.#folder.cuts);
    if (isOneWhole(slices) && this.#folder.records.size === 0) {
      return this.#runWhole(setting, slices[0]!, outputs);
    }
    const doneBefore = this.#folder.records.size;
    const workers = this.#workersFor(slices.length - doneBefore);
    const before = this.#merged(job, slices);
    const samplesBefore = before.samples.received - before.repeated;
    const note = (repeated: number): void => {
      const done = this.#folder!.records.size;
      const own = { slices: slices.length, done, doneBefore, workers };
      this.#summary = { ...own, repeated, samplesBefore };
    };
    note(before.repeated);
    if (slices.length > 0) {
      const line = planLine({ slices, doneBefore, workers, folder: this.#folder.path });
      this.#terminal.stderr.write(`${line}\n`);
    }
    try {
      await this.#runAll(setting, slices, workers);
    } finally {
      note(this.#merged(job, slices).repeated);
    }
    await this.#deliver(setting, slices, outputs);
    return this.#merged(job, slices);
  }

  readonly commit = async (job: OpenJob): Promise<void> => {
    const folder = this.#folder;
    try {
      await job.commit(this.#outputs ?? job.outputs, async ({ sink, takes }) => {
        if (folder !== null && this.#outputs !== null && takes === 'once') {
          await folder.noteDelivered(sink.uri, Number.POSITIVE_INFINITY);
        }
      });
      await folder?.remove();
    } finally {
      await this.#lock?.release();
    }
  };

  /** The sinks, behind what keeps from them what they are not to get. */
  async #filtered(job: OpenJob): Promise<readonly OpenSink[]> {
    const { onlyChanged } = this.#request;
    const known =
      onlyChanged === null
        ? null
        : await KnownPredictions.read(readPredictions(onlyChanged), job.definitions);
    if (known?.counts.own === 0) {
      this.#terminal.stderr.write(
        `note: ${onlyChanged}: none of its ${known.counts.read} rows is a prediction of these definitions, so that everything is new\n`,
      );
    }
    const progress = this.#progressOfStream;
    if (known === null && progress === null) return job.outputs;
    return job.outputs.map(({ sink, takes }) => {
      const filters: PredictionFilter[] = progress === null ? [] : [notIn(progress)];
      const differences = known?.filter();
      if (differences !== undefined) filters.push(differences);
      this.#changes = differences?.changes ?? null;
      return { sink: new FilteredSink(sink, allOf(filters)), takes };
    });
  }

  async #openFolder(job: OpenJob, { splits, cuts }: BackfillPlan): Promise<WorkFolder> {
    const { shard, strict, folder, fresh } = this.#request;
    const isWhole = isOneWhole(slicesOfPlan(job, splits, cuts));
    if (!isWhole || (await WorkFolder.isThere(folder))) {
      const note = (text: string): unknown => this.#terminal.stderr.write(`note: ${text}\n`);
      this.#lock = await WorkLock.acquire(folder, note);
    }
    if (fresh) await WorkFolder.clear(folder);
    const fingerprint = await fingerprintOf({
      version: WINDROW_VERSION,
      definitions: job.definitions,
      models: modelsOf(job),
      source: job.source,
      splits,
      range: this.#range,
      shard,
      strict,
      keepsLetters: job.deadLetters !== null,
    });
    return WorkFolder.open(folder, fingerprint, cuts, this.#lock);
  }

  #workersFor(missing: number): number {
    const { workers, cores } = this.#request;
    return Math.max(1, Math.min(workers ?? cores, missing));
  }

  /** Straight to the outputs. */
  #runWhole(
    { common, spill }: JobSetting,
    { range }: Slice,
    outputs: readonly OpenSink[],
  ): Promise<BackfillReport> {
    const sinks = outputs.map(({ sink }) => sink);
    return runBackfill({ ...common, sinks, range, spill, strict: this.#request.strict });
  }

  async #runAll(setting: JobSetting, slices: readonly Slice[], workers: number): Promise<void> {
    const { signal } = this.#request.job;
    const folder = this.#folder!;
    if (folder.records.size === slices.length) return;
    const { runners, stop } = this.#start(setting, workers);
    try {
      const done = await runSlices({
        slices,
        folder,
        runners,
        keepsLetters: setting.job.deadLetters !== null,
        signal,
        onProgress: this.#progress(setting),
      });
      if (done === slices.length) return;
    } finally {
      await stop();
    }
    setting.progress.end();
    this.#terminal.stderr.write(
      `${folder.records.size} of ${slices.length} slices are done; to go on:\n  ${this.#request.commandLine}\n`,
    );
    throw signal.reason;
  }

  /** This thread is one of the workers: it has read the definitions and loaded the models already. */
  #start(
    setting: JobSetting,
    workers: number,
  ): { readonly runners: readonly SliceRunner[]; readonly stop: () => Promise<void> } {
    const threads = this.#threads(setting.job, workers - 1);
    return {
      runners: [this.#ownRunner(setting), ...threads],
      stop: async () => {
        await Promise.all(threads.map((thread) => thread.stop()));
      },
    };
  }

  #ownRunner({ job, spill, common }: JobSetting): SliceRunner {
    const { source, scorer, dictionary } = job;
    const { strict } = this.#request;
    const { range } = this.#folder!.cuts;
    const bench = { source, scorer, dictionary, range, strict, spill, nowMs: common.nowMs };
    return { run: (slice, files, onProgress) => runSlice(slice, bench, files, onProgress) };
  }

  #threads(job: OpenJob, count: number): SliceThread[] {
    const models = modelsOf(job);
    const definitions = job.definitions.map((definition, i) => ({
      ...definition,
      modelVersion: models[i]!.version,
    }));
    return Array.from({ length: count }, (_, index) => {
      return new SliceThread(index, {
        definitions,
        modelSha256: models.map(({ sha256 }) => sha256),
        models: this.#request.job.parts.models,
        source: this.#request.job.parts.source,
        env: { ...this.#terminal.env },
        range: this.#folder!.cuts.range,
        strict: this.#request.strict,
      });
    });
  }

  #progress({ progress }: JobSetting): (all: SlicesProgress) => void {
    let started = false;
    let noted = 0;
    return ({ slices, slicesTotal, samples, samplesTotal }) => {
      if (!started) progress.phase('slices', samplesTotal, 'samples');
      started = true;
      progress.update(samples);
      if (tenths(slices, slicesTotal) > noted) {
        noted = tenths(slices, slicesTotal);
        progress.note(`slices       ${slices} of ${slicesTotal} are done`);
      }
    };
  }

  async #deliver(
    { job, progress }: JobSetting,
    slices: readonly Slice[],
    outputs: readonly OpenSink[],
  ): Promise<void> {
    const { predictions } = this.#merged(job, slices);
    progress.phase('write', predictions, 'predictions');
    collectGarbage();
    this.#outputs = await deliver({
      definitions: job.definitions,
      models: modelsOf(job),
      slices,
      folder: this.#folder!,
      outputs,
      deadLetters: job.deadLetters,
      onProgress: (written) => progress.update(written),
    });
  }

  #merged({ definitions }: OpenJob, slices: readonly Slice[]): BackfillReport {
    const { records, cuts } = this.#folder!;
    return mergeRecords(records, slices, { definitions, range: cuts.range });
  }
}

/** Whether nothing is cut: such a run needs no folder. */
function isOneWhole(slices: readonly Slice[]): boolean {
  return slices.length === 1 && slices[0]!.targets === null;
}

function modelsOf({ scorer }: OpenJob): ModelIdentity[] {
  return scorer.targets.map(({ model }) => model);
}
