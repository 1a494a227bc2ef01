/**
 * The job that runs live, for months: sources in, windows, scores, sinks out, with a journal and snapshots; docs/CHECKPOINTS.md says how it
 * works and what is promised.
 */
import type { Definition } from '@windrow/core';
import { LiveRun } from './internal/live-run.ts';
import type { LiveJobOptions } from './live-job-options.ts';
import type {
  LiveDefinitionStatus,
  LiveJobStatus,
  LiveReport,
  LiveWindow,
} from './live-job-status.ts';

export interface LiveJob {
  /**
   * Runs until the sources end or `stop` is called; called once. It closes sources and sinks.
   * @throws WindrowError FORMAT where no checkpoint can be used, OUTPUT where another job took the checkpoints over, INPUT when the
   * last source failed (after what could be drained was)
   */
  run(): Promise<LiveReport>;
  /**
   * Stops reading, works off what was read, publishes, checkpoints, acknowledges; `run` then resolves. What is not published after
   * `drainMs` stays in the checkpoint for the next start. Calling it again may only shorten the time.
   */
  stop(drainMs: number): void;
  /**
   * Takes other definitions between two windows; what stays the same goes on undisturbed. Resolves when they are in use. One after
   * the other.
   * @throws WindrowError MODEL where a model does not fit: the old ones stay
   */
  redefine(definitions: readonly Definition[]): Promise<void>;
  status(): LiveJobStatus;
  /** null where no definition has that output metric id. */
  definition(outputMetricId: string): LiveDefinitionStatus | null;
  /**
   * The window of a definition that was judged last, made anew from what is held now.
   * @param atMs another one: the last that ends then or before
   * @returns null where no definition has that output metric id
   */
  window(outputMetricId: string, atMs?: number): LiveWindow | null;
}

/** @throws WindrowError USAGE where sinks that are shown whole at the end are to be combined with checkpoints */
export function createLiveJob(options: LiveJobOptions): LiveJob {
  return new LiveRun(options);
}
