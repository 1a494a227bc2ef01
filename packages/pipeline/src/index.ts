/** The job: source, windows, scores, sinks. */
export {
  AHEAD_BYTES_MAX,
  LATER_BYTES_MAX,
  runBackfill,
  type BackfillOptions,
  type BackfillPart,
  type BackfillReport,
  type WindowSpan,
} from './backfill-job.ts';
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
export {
  OpenJob,
  type EarlyParts,
  type JobParts,
  type OpenSink,
  type SinkFactory,
} from './open-job.ts';
export { readOrder, type OrderedSplit } from './read-order.ts';
export { timerClock, type LiveClock } from './live/live-clock.ts';
export type { LiveEvent } from './live/live-event.ts';
export type { FollowedDelivery, FollowedScore, LiveFollower } from './live/live-follower.ts';
export { FiniteSink } from './live/finite-sink.ts';
export { finiteSource } from './live/finite-source.ts';
export { createLiveJob, type LiveJob } from './live/live-job.ts';
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
  LiveWindow,
} from './live/live-job-status.ts';
export type { LiveScorer } from './live/live-scorer.ts';
export { fingerprintOf, type Fingerprint } from './slices/fingerprint.ts';
export { LinesScorer } from './slices/lines-scorer.ts';
export { mergeRecords } from './slices/merge-records.ts';
export { runSlice, type SliceBench, type SliceFiles } from './slices/run-slice.ts';
export { runSlices, type SliceRunner, type SlicesProgress } from './slices/run-slices.ts';
export type { SliceRecord } from './slices/slice-record.ts';
export type { Cuts, Shard, Slice, SliceSplit } from './slices/slice.ts';
export { WorkFolder } from './slices/work-folder.ts';
export { WorkLock } from './slices/work-lock.ts';
export { deliver } from './slices/deliver.ts';
export { planBackfill, slicesOfPlan, type BackfillPlan } from './slices/plan-backfill.ts';
export { readBySlices } from './slices/slices-of.ts';
export { KnownPredictions, type Changes } from './slices/known-predictions.ts';
export { FilteredSink, allOf, type PredictionFilter } from './slices/prediction-filter.ts';
export { rangeSince, sinceCheckpoint } from './slices/since-checkpoint.ts';
export { readCheckpointProgress, type CheckpointProgress } from './live/checkpoint-progress.ts';
