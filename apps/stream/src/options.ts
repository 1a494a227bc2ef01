/**
 * The options of windrow-stream: the one place from which come the flags, the keys of the config file, its published JSON Schema and the
 * table in docs/STREAM.md.
 */
import type { OptionSpecs } from '@windrow/cli';
import { scoringOptions } from '@windrow/job-command';

const JOB = 'Job';
const TIME = 'Time';
const KEEP = 'Checkpoints';
const BOUNDS = 'Bounds';
const OPERATIONS = 'Operations';
const RUN = 'Run';
const DAY_S = 86_400;

const jobOptions = {
  definitions: {
    type: 'text',
    required: true,
    placeholder: 'URI',
    help: 'Definitions, JSON, YAML or NDJSON: a file, http(s):// or gs://',
    group: JOB,
  },
  'definitions-refresh': {
    type: 'number',
    min: 0,
    max: DAY_S,
    default: 60,
    placeholder: 'SECONDS',
    help: 'Definitions are read again when they are so old; 0: never',
    group: JOB,
  },
  'definitions-cache': {
    type: 'text',
    placeholder: 'FILE',
    help: 'Keeps the last good definitions for a start at which their URI is down',
    group: JOB,
  },
  models: {
    type: 'text',
    required: true,
    placeholder: 'URI',
    help: 'Model store: a folder, http(s)://host/path or gs://bucket/prefix, with <model_identifier>/<version>/model.onnx',
    group: JOB,
  },
  'models-refresh': {
    type: 'number',
    min: 0,
    max: DAY_S,
    default: 60,
    placeholder: 'SECONDS',
    help: 'Newer versions of models are looked for so often; 0: never',
    group: JOB,
  },
  source: {
    type: 'list',
    required: true,
    placeholder: 'URI',
    help: 'Samples: pubsub://project/subscription, follow:PATH, stdin:, a file, folder or glob, sim://..., gs://bucket/prefix',
    group: JOB,
  },
  sink: {
    type: 'list',
    required: true,
    placeholder: 'URI',
    help: 'Predictions: pubsub://project/topic, files:FOLDER?interval=1h, log:, or (where the sources end) a file',
    group: JOB,
  },
  'dead-letter': {
    type: 'text',
    placeholder: 'URI',
    help: 'What is set aside: FILE.ndjson, log: or pubsub://project/topic; without it, it is counted only',
    group: JOB,
  },
  workers: { ...scoringOptions.workers, group: JOB },
} as const satisfies OptionSpecs;

const timeOptions = {
  'out-of-order': {
    type: 'number',
    min: 0,
    default: 5,
    placeholder: 'SECONDS',
    help: "How far a line's watermark stays behind its latest sample",
    group: TIME,
  },
  'idle-after': {
    type: 'number',
    min: 0,
    max: DAY_S,
    placeholder: 'SECONDS',
    help: 'A line that is silent for longer goes on with the clock; 0: never. Without it 30, or never where every source ends',
    group: TIME,
  },
  'max-future': {
    type: 'number',
    min: 0,
    default: 300,
    placeholder: 'SECONDS',
    help: 'Samples further ahead of the wall clock than this are quarantined',
    group: TIME,
  },
} as const satisfies OptionSpecs;

const keepOptions = {
  checkpoint: {
    type: 'text',
    placeholder: 'URI',
    help: 'Where the job keeps its state: a folder, or gs://bucket/prefix; without it a restart begins anew',
    group: KEEP,
  },
  'snapshot-interval': {
    type: 'number',
    min: 0.1,
    max: 3600,
    default: 5,
    placeholder: 'SECONDS',
    help: 'A snapshot so often',
    group: KEEP,
  },
  'commit-interval': {
    type: 'number',
    min: 0.001,
    max: 60,
    default: 0.05,
    placeholder: 'SECONDS',
    help: 'What came in waits at most so long for its commit to the journal',
    group: KEEP,
  },
  delivery: {
    type: 'choice',
    choices: ['strict', 'eager'],
    default: 'strict',
    help: 'strict: predictions leave when the journal holds them; eager: as soon as they are scored',
    group: KEEP,
  },
} as const satisfies OptionSpecs;

const boundOptions = {
  'max-predictions': {
    type: 'number',
    integer: true,
    min: 1,
    max: 100_000_000,
    default: 100_000,
    help: 'Predictions that may wait for a sink; beyond it nothing is read',
    group: BOUNDS,
  },
  'max-dead-letters': {
    type: 'number',
    integer: true,
    min: 1,
    max: 100_000_000,
    default: 10_000,
    help: 'Dead letters that may wait for their sink',
    group: BOUNDS,
  },
  'max-journal': {
    type: 'number',
    min: 1,
    max: 4096,
    default: 16,
    placeholder: 'MIB',
    help: 'Mebibytes of the journal that may wait for a commit',
    group: BOUNDS,
  },
} as const satisfies OptionSpecs;

const operationOptions = {
  http: {
    type: 'text',
    placeholder: 'HOST:PORT',
    help: 'Serve /livez, /readyz, /metrics and /v1; a port alone is on 127.0.0.1, 0.0.0.0:9464 everywhere',
    group: OPERATIONS,
  },
  'metrics-lines': {
    type: 'number',
    integer: true,
    min: 0,
    max: 100_000,
    default: 200,
    help: 'Lines that have metrics of their own; those furthest behind come first',
    group: OPERATIONS,
  },
  'log-format': {
    type: 'choice',
    choices: ['auto', 'json', 'text'],
    default: 'auto',
    help: 'Logs on stderr; auto is text on a terminal and where every source ends, JSON elsewhere',
    group: OPERATIONS,
  },
  'log-level': {
    type: 'choice',
    choices: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    help: 'The least that is logged',
    group: OPERATIONS,
  },
  'drain-timeout': {
    type: 'number',
    min: 0,
    max: 3600,
    default: 20,
    placeholder: 'SECONDS',
    help: 'Time after SIGTERM to work off what was read, publish it and keep the rest in a checkpoint',
    group: OPERATIONS,
  },
  'otel-endpoint': {
    type: 'text',
    placeholder: 'URL',
    help: 'Send traces by OTLP over HTTP, such as http://localhost:4318/v1/traces',
    group: OPERATIONS,
  },
  'otel-ratio': {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.01,
    help: 'Share of deliveries, and of checkpoints, that are traced',
    group: OPERATIONS,
  },
} as const satisfies OptionSpecs;

const runOptions = {
  'summary-file': {
    type: 'text',
    placeholder: 'FILE',
    help: 'Write the summary as JSON at the end, also when the run fails',
    group: RUN,
  },
  progress: {
    type: 'choice',
    choices: ['auto', 'bar', 'log', 'none'],
    default: 'auto',
    help: 'Where every source ends: a bar, lines, or nothing; auto is a bar on a terminal and lines elsewhere',
    group: RUN,
  },
} as const satisfies OptionSpecs;

/** Every option: a flag, and a key of the config file. */
export const options = {
  ...jobOptions,
  ...timeOptions,
  ...keepOptions,
  ...boundOptions,
  ...operationOptions,
  ...runOptions,
} as const satisfies OptionSpecs;
