/** The job: source, windows, scores, sinks. */
export { AHEAD_BYTES_MAX, runBackfill, type BackfillOptions } from './backfill-job.ts';
export { estimateBackfill, type BackfillEstimate } from './estimate.ts';
export { runExport, type ExportOptions } from './export-job.ts';
export type { DefinitionCounts, JobOptions, JobProgress, JobReport } from './job.ts';
export type { Phase } from './internal/phase-clock.ts';
export {
  LaterSamples,
  type LaterOptions,
  type SpillFile,
  type SpillSpace,
} from './later-samples.ts';
export { OpenJob, type JobParts } from './open-job.ts';
export { readOrder, type OrderedSplit } from './read-order.ts';
export { runStream, type StreamOptions } from './stream-job.ts';
export { timerClock, type LiveClock } from './live/live-clock.ts';
export type { LiveEvent } from './live/live-event.ts';
export type { LiveJob } from './live/live-job.ts';
export type { CheckpointOptions, LiveBounds, LiveJobOptions } from './live/live-job-options.ts';
export type {
  LiveCheckpointStatus,
  LiveDefinitionStatus,
  LiveJobStatus,
  LiveLineStatus,
  LivePrediction,
  LiveReport,
  LiveSinkStatus,
  LiveSourceStatus,
} from './live/live-job-status.ts';
export type { LiveScorer } from './live/live-scorer.ts';
