/** What the commands that run a job share. */
export * from './job-options.ts';
export { checkpointProgress } from './checkpoint-progress.ts';
export * from './run-job.ts';
export { runSlicedBackfill, type SlicedRequest } from './slices/sliced-backfill.ts';
export { serviceEstimate, type ServiceEstimate } from './service-estimate.ts';
export { sourceFactories } from './source-factories.ts';
export { printSamples, printSummary } from './print-summary.ts';
export {
  writeReport,
  writeSummary,
  type Failure,
  type Summary,
  type WindowTotals,
} from './summary.ts';
