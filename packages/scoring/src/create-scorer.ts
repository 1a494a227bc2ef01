/**
 * From definitions and a model store to a scorer: every model found, loaded, checked and warmed up, or every fault named,
 * before any sample is read.
 */
import { assert, type Definition } from '@windrow/core';
import type { PaceOptions } from './internal/batch-group.ts';
import { BufferPool } from './internal/buffer-pool.ts';
import { Lane } from './internal/lane.ts';
import { LaneModels } from './internal/lane-models.ts';
import { Ledger } from './internal/ledger.ts';
import { ModelFiles } from './internal/model-files.ts';
import type { ModelHost } from './internal/model-host.ts';
import { Opening, slotsOf } from './internal/opening.ts';
import { Signal } from './internal/signal.ts';
import { ThisThreadHost } from './internal/this-thread-host.ts';
import { WorkerHost } from './internal/worker-host.ts';
import type { ModelEvent } from './model-events.ts';
import { ModelScorer } from './model-scorer.ts';
import type { ModelStore } from './model-store.ts';

const RUN_MS_MAX = 4;
/**
 * A run allocates a few times this for what it computes in between. Batches of 2 MiB gain nothing, and the holes that they leave in the
 * heap made a long backfill take a fifth more memory than a short one.
 */
const BATCH_BYTES_MAX = 1 << 20;
const BUFFER_BYTES_MAX = 64 << 20;
const BATCH_WAIT_MS = 10;
const STORE_TIMEOUT_MS = 60_000;
/** More than the widest registers have room for, in float32. */
const REPRODUCIBLE_ROWS = 16;

export interface ScorerOptions {
  /** A clock that never goes back, in ms with fractions, such as `performance.now`. */
  readonly nowMs: () => number;
  /** How long one run may block its thread, in ms: batches are cut accordingly. Default 4. */
  readonly runMsMax?: number;
  /** Greatest size of a batch, unless a single window is larger. Default 1 MiB: larger ones gain nothing. */
  readonly batchBytesMax?: number;
  /** Memory for batches of all models together; `reserve` gives null beyond it. Default 64 MiB. */
  readonly bufferBytesMax?: number;
  /** How long a window may wait for others of its model, in ms, where `drainDue` is used. Default 10. */
  readonly batchWaitMs?: number;
  /** Newer versions are looked for after so many ms, while something is drained; default: only when `refresh` is called. */
  readonly refreshMs?: number;
  /**
   * Whether the score of a window has the same bits whichever other windows are run with it. The runtime computes several rows at once and
   * those that are left over another way, which may differ in the last bit; so runs are made up to multiples of 16 rows. Default
   * false: one window alone is run as such, which is faster for few windows at a time.
   */
  readonly reproducible?: boolean;
  /**
   * Whether definitions that ask for the newest version take the next older one where that is refused, and say so with an event: a service
   * that starts again must not stay down because of an upload that it refused while it ran. Default false: they are refused too.
   */
  readonly older?: boolean;
  /** How long the store may take for an answer, in ms. Default 60 000. */
  readonly storeTimeoutMs?: number;
  /** Models that are loaded at once; of more, those that have not run for longest make room and come back. Default: all. */
  readonly loadedModelsMax?: number;
  /** The same for the bytes of their files (a session takes about 2 to 20 times that). Default: no bound. */
  readonly loadedBytesMax?: number;
  /**
   * Worker threads that run the models, each those of its lines, while this thread fills windows; 0, the default, runs them on this
   * thread. Every worker loads the models that its lines need.
   */
  readonly workers?: number;
  /** The file that workers start with, for bundlers that put it elsewhere; default: the one beside this package's other files. */
  readonly workerEntry?: URL;
  /** Takes what happens to models while they score. */
  readonly onEvent?: (event: ModelEvent) => void;
}

/**
 * Binds every definition to its model (`modelVersion` null: the newest), with one session for each model and version, loaded
 * one after the other.
 * @throws WindrowError MODEL with every fault of every definition, a line each (at most 50); nothing stays loaded then
 */
export async function createScorer(
  definitions: readonly Definition[],
  store: ModelStore,
  options: ScorerOptions,
): Promise<ModelScorer> {
  const workers = options.workers ?? 0;
  assert(Number.isInteger(workers) && workers >= 0, 'workers: a number of threads');
  const files = new ModelFiles(store, options.storeTimeoutMs ?? STORE_TIMEOUT_MS);
  const ledger = new Ledger(options.onEvent ?? null);
  const progress = new Signal();
  const pool = new BufferPool(options.bufferBytesMax ?? BUFFER_BYTES_MAX, workers > 0);
  const setting: LaneSetting = { files, ledger, progress, options };
  const lanes =
    workers === 0
      ? [openLane(new ThisThreadHost(options.nowMs), setting)]
      : Array.from({ length: workers }, (_, index) => openWorkerLane(index, setting));
  const pace: PaceOptions = {
    runMsMax: options.runMsMax ?? RUN_MS_MAX,
    batchBytesMax: options.batchBytesMax ?? BATCH_BYTES_MAX,
    rowsUnit: options.reproducible === true ? REPRODUCIBLE_ROWS : 1,
  };
  const older = options.older ?? false;
  const opening = new Opening({ files, pace, ledger, older }, null);
  try {
    await opening.open(slotsOf(definitions, lanes));
  } catch (error) {
    for (const lane of lanes) await lane.close();
    throw error;
  }
  return new ModelScorer({
    bound: opening.bound,
    lanes,
    pool,
    files,
    ledger,
    progress,
    pace,
    older,
    notes: opening.notes,
    nowMs: options.nowMs,
    batchWaitMs: options.batchWaitMs ?? BATCH_WAIT_MS,
    refreshMs: options.refreshMs ?? null,
  });
}

interface LaneSetting {
  readonly files: ModelFiles;
  readonly ledger: Ledger;
  readonly progress: Signal;
  readonly options: ScorerOptions;
}

function openLane(host: ModelHost, setting: LaneSetting): Lane {
  const { files, ledger, progress, options } = setting;
  const models = new LaneModels(host, files, {
    nowMs: options.nowMs,
    loadedModelsMax: options.loadedModelsMax ?? Number.POSITIVE_INFINITY,
    loadedBytesMax: options.loadedBytesMax ?? Number.POSITIVE_INFINITY,
    onReleased: (model) => ledger.released(model),
  });
  const onProgress = (): void => progress.notify();
  return new Lane({ host, models, nowMs: options.nowMs, onProgress });
}

function openWorkerLane(index: number, setting: LaneSetting): Lane {
  const { ledger, options } = setting;
  const host = new WorkerHost({
    index,
    entry: options.workerEntry ?? null,
    onLost: (message) => {
      lane.models.forgetSessions();
      ledger.workerLost(index, message);
    },
  });
  const lane = openLane(host, setting);
  return lane;
}
