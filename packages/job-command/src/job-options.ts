/** Options that mean the same in every command that runs a job. */
import {
  PROGRESS_MODES,
  type ChoiceOption,
  type ListOption,
  type NumberOption,
  type TextOption,
} from '@windrow/cli';

const JOB = 'Job';
const RUN = 'Run';
/** More than a machine has cores is of no use; more than this is a slip. */
const WORKERS_MAX = 256;

interface JobOptions {
  readonly definitions: TextOption & { readonly required: true };
  readonly source: TextOption & { readonly required: true };
}

interface ScoringOptions {
  readonly models: TextOption & { readonly required: true };
  readonly sink: ListOption;
  readonly workers: NumberOption & { readonly default: 0 };
}

interface RunOptions {
  readonly 'dead-letter': TextOption & { readonly required?: never; readonly default?: never };
  readonly 'summary-file': TextOption & { readonly required?: never; readonly default?: never };
  readonly progress: ChoiceOption & {
    readonly choices: typeof PROGRESS_MODES;
    readonly default: 'auto';
  };
}

/** What comes in. */
export const jobOptions: JobOptions = {
  definitions: {
    type: 'text',
    required: true,
    placeholder: 'FILE',
    help: 'Definitions: which inputs, windows and models (JSON, YAML or NDJSON)',
    group: JOB,
  },
  source: {
    type: 'text',
    required: true,
    placeholder: 'URI',
    help: 'Samples: a file, a folder, a glob (Parquet, Arrow, CSV, NDJSON, records), gs://, clickhouse://, chdb:, bigquery://, bigquery-query:, or sim://extrusion?lines=4&hours=2',
    group: JOB,
  },
};

/** What scores, and where predictions go. */
export const scoringOptions: ScoringOptions = {
  models: {
    type: 'text',
    required: true,
    placeholder: 'URI',
    help: 'Model store: a folder, http(s)://host/path or gs://bucket/prefix, with <model_identifier>/<version>/model.onnx',
    group: JOB,
  },
  sink: {
    type: 'list',
    placeholder: 'URI',
    help: 'Predictions: a file (.parquet .arrow .arrows .csv .ndjson .rec), the same at gs://, bigquery://, pubsub://project/topic, or log: for lines on stdout',
    group: JOB,
  },
  workers: {
    type: 'number',
    integer: true,
    min: 0,
    max: WORKERS_MAX,
    default: 0,
    help: 'Threads that run the models, each those of its lines; 0 runs them beside everything else',
    group: RUN,
  },
};

/** How it runs and what it says. */
export const runOptions: RunOptions = {
  'dead-letter': {
    type: 'text',
    placeholder: 'URI',
    help: 'Where rows go that are set aside, each with its source, row and reason (.ndjson, .csv or log:)',
    group: RUN,
  },
  'summary-file': {
    type: 'text',
    placeholder: 'FILE',
    help: 'Write the summary as JSON, also when the run fails',
    group: RUN,
  },
  progress: {
    type: 'choice',
    choices: PROGRESS_MODES,
    default: 'auto',
    help: 'A bar, lines, or nothing; auto is a bar on a terminal and lines elsewhere',
    group: RUN,
  },
};
