/** windrow-simulate: its command line. */
import { stdout } from 'node:process';
import {
  createProgress,
  PROGRESS_MODES,
  propertyName,
  runCommand,
  type CommandSpec,
  type TextOption,
} from '@windrow/cli';
import { readSimParameters, simOptions, SIM_PARAMETERS, type SimOptions } from '@windrow/simulator';
import { simulate } from './simulate.ts';

const SIMULATION = 'Simulation';
const LABORATORY = 'Laboratory and definitions';

/** An option that is a parameter of `sim://` URIs too, where its name has underscores. */
function parameter(name: string): TextOption {
  const known = SIM_PARAMETERS.find((p) => p.name === name);
  return { type: 'text', placeholder: 'N', group: SIMULATION, help: known?.help ?? name };
}

const options = {
  out: {
    type: 'text',
    placeholder: 'URI',
    help: 'where the samples go: a file whose extension names its form (.parquet, .arrow, .arrows, .csv, .ndjson, .records), or log:',
  },
  lab: {
    type: 'text',
    placeholder: 'FILE.csv',
    help: 'late laboratory results: line_id, timestamp_ms, known_ms, value, target',
  },
  definitions: {
    type: 'text',
    placeholder: 'FILE.json',
    help: 'definitions that score the lines with the bundled model',
  },
  metrics: {
    type: 'text',
    placeholder: 'FILE.csv',
    help: 'what the metrics are: metric_id, name, unit, line_id, line',
  },
  progress: {
    type: 'choice',
    choices: PROGRESS_MODES,
    default: 'auto',
    help: 'a bar on a terminal, lines elsewhere',
  },
  lines: parameter('lines'),
  sensors: parameter('sensors'),
  start: { ...parameter('start'), placeholder: 'TIME' },
  hours: parameter('hours'),
  seconds: parameter('seconds'),
  rate: parameter('rate'),
  seed: parameter('seed'),
  gaps: parameter('gaps'),
  'gap-s': parameter('gap_s'),
  'jitter-ms': parameter('jitter_ms'),
  'disorder-s': parameter('disorder_s'),
  late: parameter('late'),
  'late-s': parameter('late_s'),
  duplicates: parameter('duplicates'),
  invalid: parameter('invalid'),
  'lab-every-s': {
    type: 'number',
    integer: true,
    min: 60,
    default: 1200,
    group: LABORATORY,
    help: 'seconds from one piece of a line to the next',
  },
  'step-s': {
    type: 'number',
    min: 1,
    integer: true,
    default: 60,
    group: LABORATORY,
    help: 'seconds from one prediction of a definition to the next',
  },
} as const;

const command: CommandSpec<typeof options> = {
  name: 'windrow-simulate',
  about: 'Writes what simulated extrusion lines report: the same bytes for the same options.',
  options,
  examples: [
    {
      what: 'Two hours of four lines, with laboratory results and definitions',
      line: 'windrow-simulate --out samples.parquet --lab lab.csv --definitions definitions.json',
    },
    {
      what: 'A rough ten minutes',
      line: 'windrow-simulate --out rough.csv --seconds 600 --gaps 0.05 --disorder-s 5 --late 0.01 --duplicates 0.02',
    },
  ],
  notes: [
    'Every option of the simulation is also a parameter of the source sim://extrusion?lines=4&hours=2&seed=7, with underscores for dashes.',
  ],
};

/** The simulation that the options ask for. */
function simulationOf(values: Readonly<Record<string, unknown>>): SimOptions {
  const given: [string, string][] = [];
  for (const { name } of SIM_PARAMETERS) {
    const text = values[propertyName(name.replaceAll('_', '-'))];
    if (typeof text === 'string') given.push([name, text]);
  }
  return simOptions(readSimParameters(given, 'command line'));
}

await runCommand(command, async ({ options: asked, terminal, signal }) => {
  const progress = createProgress({ mode: asked.progress, terminal });
  await simulate({ ...asked, simulation: simulationOf(asked), progress, log: stdout, signal });
});
