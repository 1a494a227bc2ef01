/** The command line of windrow-backfill. */
import type { CommandSpec } from '@windrow/cli';
import { jobOptions, runOptions, scoringOptions } from '@windrow/job-command';

export const options = {
  ...jobOptions,
  ...scoringOptions,
  start: {
    type: 'time',
    help: 'Score the windows that end after this time. Default: all',
    group: 'Range',
  },
  end: {
    type: 'time',
    help: 'Score the windows that end at this time or before. Default: all',
    group: 'Range',
  },
  'dry-run': {
    type: 'flag',
    help: 'Check everything, print the plan and what it costs, read no sample',
    group: 'Run',
  },
  strict: {
    type: 'flag',
    help: 'Fail, with exit code 1 and no output, at the first row that is refused (quarantined or invalid)',
    group: 'Run',
  },
  ...runOptions,
} as const satisfies CommandSpec['options'];

export const spec: CommandSpec<typeof options> = {
  name: 'windrow-backfill',
  about: 'samples in, predictions out: windows, tensors and ONNX models over what was recorded',
  options,
  examples: [
    {
      what: 'Two simulated hours of four lines with the bundled model',
      line: 'windrow-backfill --definitions defs.json --models models --source "sim://extrusion?lines=4&hours=2" --sink out/predictions.parquet',
    },
    {
      what: 'One day of a folder of Parquet files',
      line: 'windrow-backfill --definitions defs.json --models /models --source data/ --start 2026-03-06 --end 2026-03-07 --sink predictions.csv',
    },
    {
      what: 'What would it do, and what would it cost?',
      line: 'windrow-backfill --definitions defs.json --models /models --source "data/*.parquet" --dry-run',
    },
  ],
  notes: [
    'Windows end in (start, end]; the samples that they need before their start are read too. Output appears under its name only when it is complete.',
    'Exit codes: 0 all well; 1 the run failed, or rows were refused under --strict; 2 bad arguments, definitions or models.',
  ],
};
