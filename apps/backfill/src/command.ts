/** The command line of windrow-backfill. */
import { PROGRESS_MODES, type CommandSpec } from '@windrow/cli';

export const options = {
  definitions: {
    type: 'text',
    required: true,
    placeholder: 'FILE',
    help: 'Definitions: which inputs, windows and models (JSON, YAML or NDJSON)',
    group: 'Job',
  },
  models: {
    type: 'text',
    required: true,
    placeholder: 'DIR',
    help: 'Model store: DIR/<model_identifier>/<version>/model.onnx',
    group: 'Job',
  },
  source: {
    type: 'text',
    required: true,
    placeholder: 'URI',
    help: 'Samples: a file, a folder, a glob (Parquet, Arrow, CSV, NDJSON, records), or sim://extrusion?lines=4&hours=2',
    group: 'Job',
  },
  sink: {
    type: 'list',
    placeholder: 'URI',
    help: 'Predictions: a file (.parquet .arrow .arrows .csv .ndjson .rec), or log: for lines on stdout. May be given several times',
    group: 'Job',
  },
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
  'dead-letter': {
    type: 'text',
    placeholder: 'URI',
    help: 'Where quarantined rows go, each with its file, row and reason (.ndjson, .csv or log:)',
    group: 'Run',
  },
  'summary-file': {
    type: 'text',
    placeholder: 'FILE',
    help: 'Write the summary as JSON, also when the run fails',
    group: 'Run',
  },
  progress: {
    type: 'choice',
    choices: PROGRESS_MODES,
    default: 'auto',
    help: 'A bar, lines, or nothing; auto is a bar on a terminal and lines elsewhere',
    group: 'Run',
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
      what: 'What would it do, and what would it cost?',
      line: 'windrow-backfill --definitions defs.json --models /models --source "data/*.parquet" --dry-run',
    },
  ],
  notes: [
    'Windows end in (start, end]; the samples that they need before their start are read too. Output appears under its name only when it is complete.',
    'Exit codes: 0 all well; 1 the run failed, or rows were refused under --strict; 2 bad arguments, definitions or models.',
  ],
};
