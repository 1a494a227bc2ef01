/** The command line of windrow-backfill. */
import type { CommandSpec } from '@windrow/cli';
import { jobOptions, runOptions, scoringOptions } from '@windrow/job-command';

const SCALE = 'Scale';
/** More than a machine has cores is of no use; more than this is a slip. */
const WORKERS_MAX = 256;
const SHARDS_MAX = 100_000;

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
  'since-checkpoint': {
    type: 'text',
    placeholder: 'URI',
    help: 'Go on where a stream stopped: write only windows that end after the watermark that its checkpoint (a folder or gs://) has of their line',
    group: 'Run',
  },
  'only-changed': {
    type: 'text',
    placeholder: 'PREDICTIONS',
    help: 'Write only what differs from these predictions (a file, folder or glob written before): as their next revision, or as revision 0 what they lack',
    group: 'Run',
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
  workers: {
    type: 'number',
    integer: true,
    min: 1,
    max: WORKERS_MAX,
    help: 'Slices that run at once, each on a thread of its own; where everything is one slice, threads that run the models. Default: one a core, as far as there is work',
    group: SCALE,
  },
  shard: {
    type: 'text',
    placeholder: 'I/N',
    help: 'Do the I-th of N parts, 1 to N; outputs get names like OUT-00001-of-00004.parquet. Default: what JOB_COMPLETION_INDEX (with --shards) or CLOUD_RUN_TASK_INDEX and CLOUD_RUN_TASK_COUNT say, else everything',
    group: SCALE,
  },
  shards: {
    type: 'number',
    integer: true,
    min: 1,
    max: SHARDS_MAX,
    help: 'How many parts there are, where JOB_COMPLETION_INDEX says which one this is',
    group: SCALE,
  },
  'slice-samples': {
    type: 'number',
    integer: true,
    min: 1,
    help: 'About how many samples a slice has. Default: chosen, some seconds of work',
    group: SCALE,
  },
  'work-folder': {
    type: 'text',
    placeholder: 'DIR',
    help: 'Where finished slices are kept until the output is complete. Default: OUTPUT.windrow beside the first output that is a file',
    group: SCALE,
  },
  fresh: {
    type: 'flag',
    help: 'Start over: forget the slices that an earlier run has finished',
    group: SCALE,
  },
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
      what: 'Two years, the second of eight machines',
      line: 'windrow-backfill --definitions defs.json --models /models --source data/ --start 2024-01-01 --end 2026-01-01 --shard 2/8 --sink out/predictions.parquet',
    },
    {
      what: 'Late data came: what would be predicted otherwise now?',
      line: 'windrow-backfill --definitions defs.json --models /models --source data/ --only-changed "out/predictions*.parquet" --sink out/corrections.parquet',
    },
    {
      what: 'What would it do, and what would it cost?',
      line: 'windrow-backfill --definitions defs.json --models /models --source "data/*.parquet" --dry-run',
    },
  ],
  notes: [
    'Windows end in (start, end]; the samples that they need before their start are read too. Output appears under its name only when it is complete.',
    'A long run is cut into slices, of which each finished one is kept: after kill -9 or Ctrl-C the same command does only what is missing.',
    'Exit codes: 0 all well; 1 the run failed, or rows were refused under --strict; 2 bad arguments, definitions or models.',
  ],
};
