/** windrow-train-export: wires the rooms together. */
import { join } from 'node:path';
import { createProgress, formatCount, type CommandContext } from '@windrow/cli';
import { MetricDictionary, type Definition } from '@windrow/core';
import {
  RecordBatchFile,
  SpillFolder,
  openDeadLetterSink,
  openSource,
  readDefinitions,
} from '@windrow/io';
import { runExport, type JobReport } from '@windrow/pipeline';
import { sourceFactories, writeReport } from '@windrow/job-command';
import { tensorRecordBatch, tensorSchema } from '@windrow/windowing';
import { spec, type options as commandOptions } from './command.ts';

type Context = CommandContext<typeof commandOptions>;

export async function trainExport(context: Context): Promise<void> {
  const { options, terminal } = context;
  const { definitions } = await readDefinitions(options.definitions);
  const files = await createFiles(definitions, options);
  try {
    const report = await run(context, definitions, files);
    for (const file of files) await file.commit();
    const windows = report.definitions.reduce((sum, counts) => sum + counts.scored, 0);
    if (options.summaryFile !== null) await writeReport(options.summaryFile, spec.name, report);
    terminal.stderr.write(
      `${formatCount(windows)} windows of ${formatCount(definitions.length)} definitions from ${formatCount(report.samples.received)} samples in ${options.out}\n`,
    );
  } finally {
    for (const file of files) await file.abort();
  }
}

async function createFiles(
  definitions: readonly Definition[],
  { out, dtype }: Context['options'],
): Promise<RecordBatchFile[]> {
  const files: RecordBatchFile[] = [];
  try {
    for (const definition of definitions) {
      const path = join(out, `${definition.outputMetricId}.arrow`);
      files.push(await RecordBatchFile.create(path, tensorSchema(definition, dtype)));
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
