/** Tensors of the past: a backfill whose windows are written instead of scored. */
import type { TensorColumns, WindowTarget } from '@windrow/windowing';
import { runBackfill, type BackfillOptions } from './backfill-job.ts';
import { TensorCollector } from './internal/tensor-collector.ts';
import type { JobReport } from './job.ts';

export interface ExportOptions extends Omit<BackfillOptions, 'scorer' | 'sinks'> {
  readonly targets: readonly WindowTarget[];
  /**
   * Takes the windows of a target in ascending order of their ends. The columns are the job's again when the promise
   * resolves.
   */
  readonly write: (target: number, windows: TensorColumns) => Promise<void>;
}

/** Runs an export to its end. In the report, `scored` counts the windows that were written. */
export function runExport({ targets, write, ...options }: ExportOptions): Promise<JobReport> {
  return runBackfill({ ...options, scorer: new TensorCollector(targets, write), sinks: [] });
}
