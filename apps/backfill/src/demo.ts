/**
 * `npm start`: the main job on what is in the repository. Simulated extrusion lines, scored by the bundled model, predictions
 * to files, and at the end a picture of what the model said against what the laboratory found much later.
 */
import { join } from 'node:path';
import {
  PROGRESS_MODES,
  formatCount,
  renderChart,
  runCommand,
  showsUnicode,
  type CommandContext,
  type CommandSpec,
  type Terminal,
} from '@windrow/cli';
import { checkDefinitions } from '@windrow/core';
import { runJob, type JobRequest } from '@windrow/job-command';
import { runBackfill } from '@windrow/pipeline';
import {
  LAB_TARGET,
  definitionsFor,
  formatSimUri,
  labResults,
  simOptions,
  type SimOptions,
} from '@windrow/simulator';
import { LineTrace, compare } from './line-trace.ts';
import { peakMemoryBytes } from './peak-memory.ts';

const options = {
  lines: {
    type: 'number',
    integer: true,
    min: 1,
    max: 1000,
    default: 4,
    help: 'Lines to simulate',
  },
  hours: { type: 'number', min: 0.5, max: 240, default: 8, help: 'Hours to simulate' },
  seed: { type: 'number', integer: true, min: 0, default: 7, help: 'Another seed, another day' },
  out: {
    type: 'text',
    default: 'out/demo',
    placeholder: 'DIR',
    help: 'Folder for the predictions',
  },
  progress: {
    type: 'choice',
    choices: PROGRESS_MODES,
    default: 'auto',
    help: 'A bar, lines, or nothing',
  },
} as const satisfies CommandSpec['options'];

const CHART_HEIGHT = 18;
const CHART_WIDTH_MAX = 100;

async function demo({
  options: asked,
  terminal,
  signal,
}: CommandContext<typeof options>): Promise<void> {
  const sim = simOptions({
    lines: asked.lines,
    durationMs: Math.round(asked.hours * 3_600_000),
    seed: asked.seed,
    gaps: 0.01,
    disorderS: 3,
    duplicates: 0.001,
  });
  const entries = definitionsFor(sim).map((value, i) => ({ value, where: `line ${i + 1}` }));
  const definitions = checkDefinitions(entries, 'the demo');
  const sinks = [join(asked.out, 'predictions.parquet'), join(asked.out, 'predictions.csv')];
  const source = formatSimUri(sim);
  terminal.stderr.write(
    `${formatCount(sim.lines)} extrusion lines of ${sim.sensors} sensors, ${asked.hours} hours, a prediction of the ${LAB_TARGET.name} every minute\nsource  ${source}\n`,
  );
  const trace = new LineTrace();
  const request: JobRequest = {
    command: 'demo',
    parts: {
      definitions,
      models: join(import.meta.dirname, '../../../models'),
      source,
      sinks,
      deadLetters: null,
    },
    asked: { source },
    summaryFile: join(asked.out, 'summary.json'),
    progress: asked.progress,
    signal,
    peakMemoryBytes,
  };
  await runJob(request, terminal, ({ common, spill }) =>
    runBackfill({
      ...common,
      sinks: [...common.sinks, trace],
      range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
      spill,
    }),
  );
  printPicture(trace, sim, terminal);
}

function printPicture(trace: LineTrace, sim: SimOptions, terminal: Terminal): void {
  const measured = labResults(sim);
  const quality = compare(trace, measured);
  terminal.stderr.write('\n');
  const first = measured.lines[0]!;
  const predicted = trace.line(first.lineId);
  const own = Array.from({ length: measured.length }, (_, i) => i).filter(
    (i) => measured.lineIndex[i] === 0,
  );
  terminal.stderr.write(
    renderChart({
      title: `${first.name}: ${LAB_TARGET.name}, ${LAB_TARGET.unit}`,
      width: Math.min(CHART_WIDTH_MAX, terminal.stderr.columns ?? 80),
      height: CHART_HEIGHT,
      unicode: showsUnicode(terminal.env),
      series: [
        { name: 'predicted', xs: predicted.endsMs, ys: predicted.values, style: 'line' },
        {
          name: 'measured (40 minutes to two days later)',
          xs: own.map((i) => measured.timestampsMs[i]!),
          ys: own.map((i) => measured.values[i]!),
          style: 'points',
        },
      ],
    }),
  );
  terminal.stderr.write(
    `\nall lines: ${formatCount(quality.count)} lab results, R2 ${quality.r2.toFixed(2)}, mean absolute error ${quality.mae.toFixed(2)} ${LAB_TARGET.unit} (always saying the mean: ${quality.maeOfMean.toFixed(2)})\n`,
  );
}

await runCommand(
  {
    name: 'npm start --',
    about: 'the demo: simulated extrusion lines, scored by the bundled model',
    options,
  },
  demo,
);
