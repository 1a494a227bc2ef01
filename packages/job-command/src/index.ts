/** What the commands that run a job share. */
export * from './job-options.ts';
export * from './run-job.ts';
export type { Failure, Summary, WindowTotals } from './summary.ts';
