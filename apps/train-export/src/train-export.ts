/** windrow-train-export: wires the rooms together. */
import { join } from 'node:path';
import { createProgress, formatCount, type CommandContext } from '@windrow/cli';
import { MetricDictionary, messageOf, type Definition } from '@windrow/core';
import {
  RecordBatchFile,
  SpillFolder,
  openDeadLetterSink,
  openSource,
  readDefinitions,
  refuseClashes,
} from '@windrow/io';
import { runExport, type JobReport } from '@windrow/pipeline';
import { printSamples, sourceFactories, writeReport, writeSummary } from '@windrow/job-command';
import { tensorRecordBatch, tensorSchema } from '@windrow/windowing';
import { spec, type options as commandOptions } from './command.ts';

type Context = CommandContext<typeof commandOptions>;

export async function trainExport(context: Context): Promise<void> {
  const { options, terminal } = context;
  const startMs = terminal.elapsedMs();
  const { definitions } = await readDefinitions(options.definitions);
  const paths = definitions.map((d) => join(options.out, `${d.outputMetricId}.arrow`));
  const others = [options.deadLetter, options.summaryFile].filter((uri) => uri !== null);
  await refuseClashes([options.source, options.definitions], [...paths, ...others]);
  try {
    await exportTensors(context, definitions, paths, startMs);
  } catch (error) {
    if (options.summaryFile !== null) {
      const elapsedMs = terminal.elapsedMs() - startMs;
      const failure = { command: spec.name, error: messageOf(error), elapsedMs };
      await writeSummary(options.summaryFile, failure);
    }
    throw error;
  }
}

async function exportTensors(
  context: Context,
  definitions: readonly Definition[],
  paths: readonly string[],
  startMs: number,
): Promise<void> {
  const { options, terminal } = context;
  const files = await createFiles(definitions, paths, options.dtype);
  try {
    const report = await run(context, definitions, files);
    for (const file of files) await file.commit();
    if (options.summaryFile !== null) {
      await writeReport(options.summaryFile, {
        command: spec.name,
        asked: {
          definitions_file: options.definitions,
          source: options.source,
          out: options.out,
          dtype: options.dtype,
          start_ms: options.start,
          end_ms: options.end,
        },
        report,
        elapsedMs: terminal.elapsedMs() - startMs,
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      });
    }
    const windows = report.definitions.reduce((sum, counts) => sum + counts.scored, 0);
    printSamples(report, terminal);
    terminal.stderr.write(
      `tensors      ${formatCount(windows)} windows of ${formatCount(definitions.length)} definitions in ${options.out}\n`,
    );
  } finally {
    for (const file of files) await file.abort();
  }
}

async function createFiles(
  definitions: readonly Definition[],
  paths: readonly string[],
  dtype: Context['options']['dtype'],
): Promise<RecordBatchFile[]> {
  const files: RecordBatchFile[] = [];
  try {
    for (const [d, definition] of definitions.entries()) {
      files.push(await RecordBatchFile.create(paths[d]!, tensorSchema(definition, dtype)));
    }
  } catch (error) {
    for (const file of files) await file.abort();
    throw error;
  }
  return files;
}

async function run(
  { options, terminal, signal }: Context,
  definitions: readonly Definition[],
  files: readonly RecordBatchFile[],
): Promise<JobReport> {
  const { dtype } = options;
  const schemas = definitions.map((definition) => tensorSchema(definition, dtype));
  const source = await openSource(options.source, sourceFactories(terminal));
  const letters =
    options.deadLetter === null
      ? null
      : await openDeadLetterSink(options.deadLetter, { log: process.stdout });
  const spill = new SpillFolder();
  const progress = createProgress({ mode: options.progress, terminal });
  let started = false;
  try {
    const report = await runExport({
      source,
      targets: definitions.map((definition) => ({ definition, dtype })),
      dictionary: MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds)),
      deadLetters: letters,
      nowMs: () => terminal.elapsedMs(),
      signal,
      onProgress: ({ samples, samplesTotal }) => {
        if (!started) progress.phase(spec.name, samplesTotal, 'samples');
        started = true;
        progress.update(samples);
      },
      range: {
        afterMs: options.start ?? Number.NEGATIVE_INFINITY,
        untilMs: options.end ?? Number.POSITIVE_INFINITY,
      },
      spill,
      write: (target, windows) =>
        files[target]!.write(tensorRecordBatch(schemas[target]!, definitions[target]!, windows)),
    });
    await letters?.commit();
    return report;
  } finally {
    progress.end();
    await letters?.abort();
    await spill.close();
    await source.close();
  }
}
