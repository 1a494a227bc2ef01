/** The command line of windrow-codec. */
import type { CommandSpec } from '@windrow/cli';
import { CHUNK_POINTS_MAX, STREAM_ROWS_MAX } from '@windrow/codecs';

/** What the first operand may be. */
export const ACTIONS = ['inspect', 'encode', 'decode', 'compare'] as const;

export const options = {
  to: {
    type: 'text',
    placeholder: 'FILE',
    help: 'encode, decode: the file to write, in the form that its extension names. Without it decode prints lines of JSON',
  },
  metric: {
    type: 'text',
    placeholder: 'UUID',
    help: 'Take the samples of this metric only. For a chunk that is read: the metric whose points it has',
  },
  'points-per-chunk': {
    type: 'number',
    integer: true,
    min: 1,
    max: CHUNK_POINTS_MAX,
    default: 1024,
    help: 'compare: points in a chunk',
  },
  'rows-per-block': {
    type: 'number',
    integer: true,
    min: 1,
    max: STREAM_ROWS_MAX,
    default: STREAM_ROWS_MAX,
    help: 'encode, compare: samples in a block of a stream; fewer are sooner read and take more bytes each',
  },
  'max-samples': {
    type: 'number',
    integer: true,
    min: 1,
    max: 100_000_000,
    default: 2_000_000,
    help: 'compare: samples that are read, from the start of the file; they are held in memory',
  },
  stats: { type: 'flag', help: 'encode: put least, greatest, first and last into a chunk' },
  strict: { type: 'flag', help: 'Fail, with exit code 1, where a row cannot be read' },
} as const satisfies CommandSpec['options'];

export const spec: CommandSpec<typeof options> = {
  name: 'windrow-codec',
  about: 'what is in a file of samples, other forms of it, and what each form would cost',
  options,
  operands: {
    placeholder: 'ACTION FILE',
    help: `what to do, one of ${ACTIONS.join(', ')}, and the file`,
    min: 2,
    max: 2,
  },
  examples: [
    { what: 'What is in a file?', line: 'windrow-codec inspect samples.stream' },
    {
      what: 'A stream of a Parquet file',
      line: 'windrow-codec encode samples.parquet --to samples.stream',
    },
    {
      what: 'The points of one metric as a chunk',
      line: 'windrow-codec encode samples.csv --metric 3ea26934-8464-54d1-86a6-70a5c7c9a5f3 --to pressure.chunk',
    },
    { what: 'Back to CSV', line: 'windrow-codec decode samples.stream --to samples.csv' },
    { what: 'Which form is best for my samples?', line: 'windrow-codec compare samples.parquet' },
  ],
  notes: [
    'Forms: .stream and .chunk (told by their first bytes, whatever they are called), .records, .parquet, .arrow, .arrows, .csv, .ndjson, and .gz or .zst after the last three and .records. docs/FORMAT.md says what the bytes of the first three mean.',
    'Exit codes: 0 all well; 1 the run failed, or rows could not be read under --strict; 2 bad arguments.',
  ],
};
