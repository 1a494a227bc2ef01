/** windrow-train-export: wires the rooms together. */
import { WINDROW_VERSION, createProgress, type CommandContext, type Terminal } from '@windrow/cli';
import { messageOf } from '@windrow/core';
import {
  AtomicFile,
  SpillFolder,
  openDeadLetterSink,
  readDefinitions,
  refuseClashes,
} from '@windrow/io';
import { writeSummary } from '@windrow/job-command';
import { exportDataset, metricsOf, selectDefinitions, type ExportReport } from '@windrow/training';
import { spec, type options as exportOptions } from './export-command.ts';
import { askedExport, readMetricNames } from './export-request.ts';
import { exportSummary, printExport } from './export-summary.ts';
import { openSamples, withoutPasswords } from './open-samples.ts';
import { processOwner } from './process-owner.ts';

type Context = CommandContext<typeof exportOptions>;

export async function trainExport(context: Context): Promise<void> {
  const { options, terminal } = context;
  const startMs = terminal.elapsedMs();
  const inputs = [options.source, options.definitions, options.labels, options.metrics];
  const outputs = [options.out, options.deadLetter, options.summaryFile];
  await refuseClashes(
    inputs.filter((uri) => uri !== null),
    outputs.filter((uri) => uri !== null),
  );
  try {
    const report = await run(context);
    if (options.summaryFile !== null) {
      const elapsedMs = Math.round(terminal.elapsedMs() - startMs);
      const peakBytes = process.resourceUsage().maxRSS * 1024;
      const summary = exportSummary(report, { command: spec.name, elapsedMs, peakBytes });
      await writeJson(options.summaryFile, summary);
    }
    printExport(report, options.out, terminal);
  } catch (error) {
    if (options.summaryFile !== null) {
      const elapsedMs = terminal.elapsedMs() - startMs;
      const failure = { command: spec.name, error: messageOf(error), elapsedMs };
      await writeSummary(options.summaryFile, failure);
    }
    throw error;
  }
}

async function run({ options, terminal, signal }: Context): Promise<ExportReport> {
  const note = (text: string): unknown => terminal.stderr.write(`note: ${text}\n`);
  const asked = askedExport(options, { owner: processOwner(), note });
  const { definitions } = await readDefinitions(options.definitions);
  const metricNames = await readMetricNames(options.metrics);
  const chosen = selectDefinitions(definitions, options.select);
  const metricIds = metricsOf(chosen, asked.examples);
  const source = await openSamples(options.source, metricIds, terminal);
  const spill = new SpillFolder();
  const progress = progressOf(options.progress, terminal);
  const deadLetters =
    options.deadLetter === null
      ? null
      : await openDeadLetterSink(options.deadLetter, { log: process.stdout });
  try {
    const report = await exportDataset({
      ...asked,
      definitions: chosen,
      metricNames,
      tool: {
        version: WINDROW_VERSION,
        command: [spec.name, ...process.argv.slice(2).map(withoutPasswords)],
      },
      pass: {
        source,
        range: {
          afterMs: options.start ?? Number.NEGATIVE_INFINITY,
          untilMs: options.end ?? Number.POSITIVE_INFINITY,
        },
        spill,
        deadLetters,
        nowMs: () => terminal.elapsedMs(),
        signal,
        onProgress: progress.update,
        strict: options.strict,
      },
    });
    await deadLetters?.commit();
    return report;
  } finally {
    progress.end();
    await deadLetters?.abort();
    await spill.close();
    await source.close();
  }
}

function progressOf(
  mode: Context['options']['progress'],
  terminal: Terminal,
): {
  readonly update: (done: {
    readonly samples: number;
    readonly samplesTotal: number | null;
  }) => void;
  readonly end: () => void;
} {
  const progress = createProgress({ mode, terminal });
  let started = false;
  return {
    update: ({ samples, samplesTotal }) => {
      if (!started) progress.phase(spec.name, samplesTotal, 'samples');
      started = true;
      progress.update(samples);
    },
    end: () => progress.end(),
  };
}

async function writeJson(path: string, json: object): Promise<void> {
  const file = await AtomicFile.create(path);
  try {
    await file.write(new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`));
    await file.commit();
  } finally {
    await file.abort();
  }
}
