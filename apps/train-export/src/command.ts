/** The command line of windrow-train-export. */
import type { CommandSpec } from '@windrow/cli';
import { jobOptions, runOptions } from '@windrow/job-command';

export const options = {
  ...jobOptions,
  out: {
    type: 'text',
    required: true,
    placeholder: 'DIR',
    help: 'Folder for the tensors: an Arrow file for each definition, named by its output_metric_id',
    group: 'Job',
  },
  dtype: {
    type: 'choice',
    choices: ['float64', 'float32'],
    default: 'float64',
    help: 'Type of the numbers; float32 is the cast that a model with a float input gets',
    group: 'Job',
  },
  start: { type: 'time', help: 'Windows that end after this time. Default: all', group: 'Range' },
  end: {
    type: 'time',
    help: 'Windows that end at this time or before. Default: all',
    group: 'Range',
  },
  ...runOptions,
} as const satisfies CommandSpec['options'];

export const spec: CommandSpec<typeof options> = {
  name: 'windrow-train-export',
  about: 'the tensors that production would score, as Arrow files',
  options,
  examples: [
    {
      what: 'Tensors of simulated lines',
      line: 'windrow-train-export --definitions defs.json --source "sim://extrusion?lines=4&hours=2" --out tensors',
    },
  ],
  notes: [
    'Columns: window_start_ms, window_end_ms, tensor (arrow.fixed_shape_tensor). The windows are those that a backfill scores; no model is needed.',
    'Exit codes: 0 all well; 1 the run failed; 2 bad arguments or definitions.',
  ],
};
