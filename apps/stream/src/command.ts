/** The command line of windrow-stream. */
import type { CommandSpec } from '@windrow/cli';
import { flagsOf } from './config/settings.ts';
import { options } from './options.ts';

export const SUBCOMMANDS = ['run', 'validate', 'explain', 'dry-run', 'schema'] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

export const spec: CommandSpec = {
  name: 'windrow-stream',
  about: 'the job as it runs live: watermarks, late samples and revisions, in order of arrival',
  options: {
    config: {
      type: 'text',
      placeholder: 'FILE',
      help: 'Config file, YAML or JSON, with the options below as keys; ${NAME} and ${NAME:-default} are environment variables, flags come first',
      group: 'Config',
    },
    ...flagsOf(options),
  },
  operands: {
    placeholder: 'COMMAND',
    help: 'run (what is done without one); validate: config, definitions and models; dry-run: tries every connection; explain: windows and their cost, as JSON; schema: the JSON Schema of the config file',
    min: 0,
    max: 1,
  },
  examples: [
    {
      what: 'Live, from Pub/Sub to Pub/Sub',
      line: 'windrow-stream run --config stream.yaml',
    },
    {
      what: 'Follow a folder to which files come, predictions by the hour',
      line: 'windrow-stream --definitions defs.json --models models --source follow:in --sink "files:out?interval=1h" --checkpoint state --http 9464',
    },
    {
      what: 'Replay a file as a stream',
      line: 'windrow-stream --definitions defs.json --models models --source arrivals.parquet --sink predictions.csv',
    },
  ],
  notes: [
    'SIGTERM: stops reading, works off and publishes what was read, keeps the rest in a checkpoint, within --drain-timeout, and exits with 0; a second signal ends at once.',
    'Exit codes: 0 all well; 1 the run failed, or a dry-run found something; 2 bad arguments, config, definitions or models.',
  ],
};
