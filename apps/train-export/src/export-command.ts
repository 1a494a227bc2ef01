/** The command line of windrow-train-export, without `verify` and `score`. */
import type { CommandSpec } from '@windrow/cli';
import { jobOptions, runOptions } from '@windrow/job-command';
import { FLAT_FORMS, OUTPUT_FORMATS } from '@windrow/training';
import { clockOptions } from './clock-options.ts';

const EXAMPLES = 'Examples';
const SPLITS = 'Splits';
const OUTPUT = 'Output';
const SECONDS_MAX = 10 * 366 * 86_400;

export const options = {
  ...jobOptions,
  select: {
    type: 'list',
    placeholder: 'NAME',
    help: 'Only these definitions, by output_metric_id, output_metric_name or model_identifier. One dataset holds windows of one shape. Default: all',
    group: 'Job',
  },
  start: { type: 'time', help: 'Windows that end after this time. Default: all', group: 'Job' },
  end: {
    type: 'time',
    help: 'Windows that end at this time or before. Default: all',
    group: 'Job',
  },
  examples: {
    type: 'choice',
    choices: ['windows', 'labels'],
    help: 'One example for each scored window, or for each label. Default: labels if --labels is given, else windows',
    group: EXAMPLES,
  },
  labels: {
    type: 'text',
    placeholder: 'FILE',
    help: 'Labels: line_id, timestamp_ms, value, and optionally known_ms, target and attributes (.csv .ndjson .parquet .arrow)',
    group: EXAMPLES,
  },
  'label-column': {
    type: 'list',
    placeholder: 'NAME=COLUMN',
    help: 'What the labels call a column, such as timestamp_ms=made_at',
    group: EXAMPLES,
  },
  'label-lag': {
    type: 'number',
    min: -SECONDS_MAX,
    max: SECONDS_MAX,
    default: 0,
    help: "Seconds added to a label's time: its window is the last one that ended by then. May be negative",
    group: EXAMPLES,
  },
  'labels-as-of': {
    type: 'time',
    help: 'Labels as they were known then: later ones and later corrections are left out. Default: all',
    group: EXAMPLES,
  },
  target: {
    type: 'list',
    placeholder: 'NAME=METRIC',
    help: 'Windows: a metric to be predicted: NAME=METRIC_ID, NAME=LINE_ID/METRIC_ID or NAME=input:N (from 0)',
    group: EXAMPLES,
  },
  horizon: {
    type: 'number',
    min: 0,
    max: SECONDS_MAX,
    default: 0,
    help: "Windows: how long after a window's end its target lies, in seconds",
    group: EXAMPLES,
  },
  span: {
    type: 'number',
    min: 0,
    max: SECONDS_MAX,
    help: 'Windows: the target is the mean over so many seconds. Default: one cell',
    group: EXAMPLES,
  },
  ...clockOptions,
  split: {
    type: 'text',
    default: 'none',
    placeholder: 'SPLIT',
    help: 'none; time:0.7/0.15/0.15 or time:TIME/TIME; group:line or group:COLUMN (:0.8/0.2); forward:K',
    group: SPLITS,
  },
  embargo: {
    type: 'number',
    min: 0,
    max: SECONDS_MAX,
    default: 0,
    help: 'Seconds after a boundary in which no window may begin',
    group: SPLITS,
  },
  seed: {
    type: 'number',
    integer: true,
    min: 0,
    default: 0,
    help: 'Draws which groups go where',
    group: SPLITS,
  },
  out: {
    type: 'text',
    required: true,
    placeholder: 'DIR',
    help: 'Folder of the dataset: data/split=NAME/part-N and dataset.json. It appears when it is complete',
    group: OUTPUT,
  },
  overwrite: { type: 'flag', help: 'Replace a dataset that is there', group: OUTPUT },
  format: {
    type: 'choice',
    choices: OUTPUT_FORMATS,
    default: 'parquet',
    help: 'Parquet (zstd), or Arrow IPC files',
    group: OUTPUT,
  },
  dtype: {
    type: 'choice',
    choices: ['float64', 'float32'],
    default: 'float64',
    help: 'Type of the numbers; float32 is the cast that a model with a float input gets',
    group: OUTPUT,
  },
  flat: {
    type: 'choice',
    choices: FLAT_FORMS,
    default: 'none',
    help: 'Instead of a tensor a column for each input and cell, or for each input and summary feature',
    group: OUTPUT,
  },
  npy: {
    type: 'flag',
    help: 'NumPy arrays beside it: npy/SPLIT-tensors.npy and others',
    group: OUTPUT,
  },
  metrics: {
    type: 'text',
    placeholder: 'FILE',
    help: 'Names of metrics for columns: metric_id, name (.csv .ndjson .parquet .arrow)',
    group: OUTPUT,
  },
  slice: {
    type: 'number',
    min: 1,
    max: SECONDS_MAX,
    placeholder: 'S',
    help: 'Make windows in slices of so many seconds; after a failure the same command goes on with the slice that failed',
    group: 'Run',
  },
  strict: { type: 'flag', help: 'Fail at the first sample that cannot be read', group: 'Run' },
  ...runOptions,
} as const satisfies CommandSpec['options'];

export const spec: CommandSpec<typeof options> = {
  name: 'windrow-train-export',
  about: 'training sets of the very tensors that production scores (also: verify, score)',
  options,
  examples: [
    {
      what: 'Windows of simulated lines with the laboratory results that came later',
      line: 'windrow-train-export --definitions defs.json --source samples.parquet --labels lab.csv --split time:0.7/0.15/0.15 --out dataset',
    },
    {
      what: 'An input ten minutes ahead',
      line: 'windrow-train-export --definitions defs.json --source samples.parquet --target pressure=input:0 --horizon 600 --out dataset',
    },
    {
      what: 'Recompute some tensors through the streaming engine and compare bytes',
      line: 'windrow-train-export verify dataset --definitions defs.json --source samples.parquet',
    },
    {
      what: 'How good a model is on each split, beside the mean and the last value',
      line: 'windrow-train-export score models/quality/1/model.onnx dataset',
    },
  ],
  notes: [
    'The windows are those that a backfill scores; no model is needed. docs/TRAINING.md has every column, rule and format.',
    'Exit codes: 0 all well; 1 the run failed; 2 bad arguments or definitions.',
  ],
};
