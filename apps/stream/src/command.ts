/** The command line of windrow-stream. */
import type { CommandSpec } from '@windrow/cli';
import { jobOptions, runOptions, scoringOptions } from '@windrow/job-command';

export const options = {
  ...jobOptions,
  ...scoringOptions,
  'out-of-order': {
    type: 'number',
    min: 0,
    default: 5,
    placeholder: 'SECONDS',
    help: "How far a line's watermark stays behind its latest sample",
    group: 'Time',
  },
  'max-future': {
    type: 'number',
    min: 0,
    default: 300,
    placeholder: 'SECONDS',
    help: 'Samples further ahead of the wall clock than this are quarantined',
    group: 'Time',
  },
  ...runOptions,
} as const satisfies CommandSpec['options'];

export const spec: CommandSpec<typeof options> = {
  name: 'windrow-stream',
  about: 'the job as it runs live: watermarks, late samples and revisions, in order of arrival',
  options,
  examples: [
    {
      what: 'Replay a file as a stream',
      line: 'windrow-stream --definitions defs.json --models models --source arrivals.parquet --sink predictions.csv',
    },
    {
      what: 'Simulated lines with disorder, predictions as lines on stdout',
      line: 'windrow-stream --definitions defs.json --models models --source "sim://extrusion?lines=4&hours=2&disorder_s=10" --sink log:',
    },
  ],
  notes: [
    'Sources end here (files, the simulator); at their end every window that is left is judged. Predictions are named by metric, window end and revision.',
    'Exit codes: 0 all well; 1 the run failed; 2 bad arguments, definitions or models.',
  ],
};
