/** The job: source, windows, scores, sinks. */
export { runBackfill, RefusedRowsError, type BackfillOptions } from './backfill-job.ts';
export type { DefinitionCounts, JobOptions, JobProgress, JobReport } from './job.ts';
export type { Phase } from './internal/phase-clock.ts';
export {
  LaterSamples,
  type LaterOptions,
  type SpillFile,
  type SpillSpace,
} from './later-samples.ts';
export { readOrder, type OrderedSplit } from './read-order.ts';
export { runStream, type StreamOptions } from './stream-job.ts';
