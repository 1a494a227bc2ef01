/** The summary of a run: an object for machines, tables for people. */
import { HEADINGS, formatTime, type ModelIdentity, type SampleCounts } from '@windrow/core';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatTable,
  WINDROW_VERSION,
  type OptionValues,
  type Terminal,
} from '@windrow/cli';
import { AtomicFile } from '@windrow/io';
import type { DefinitionCounts, JobReport, OpenJob } from '@windrow/pipeline';
import type { options as commandOptions } from './command.ts';

/** What a summary says of how it was asked for. */
type Asked = Pick<
  OptionValues<typeof commandOptions>,
  'definitions' | 'models' | 'source' | 'sink' | 'start' | 'end'
>;

export interface Failure {
  readonly ok: false;
  readonly error: string;
  readonly elapsedMs: number;
}

export interface Summary {
  readonly ok: true;
  readonly options: Asked;
  readonly report: JobReport;
  readonly models: readonly ModelIdentity[];
  /** Model of each definition. */
  readonly modelOf: readonly ModelIdentity[];
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}

export function summaryOf(run: {
  readonly options: Asked;
  readonly job: OpenJob;
  readonly report: JobReport;
  readonly elapsedMs: number;
}): Summary {
  const modelOf = run.job.scorer.targets.map((target) => target.model);
  return {
    ok: true,
    options: run.options,
    report: run.report,
    models: [...new Set(modelOf)],
    modelOf,
    elapsedMs: run.elapsedMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** Writes the summary as JSON; the file appears whole. */
export async function writeSummary(path: string, summary: Summary | Failure): Promise<void> {
  const file = await AtomicFile.create(path);
  try {
    await file.write(new TextEncoder().encode(`${JSON.stringify(toJson(summary), null, 2)}\n`));
    await file.commit();
  } finally {
    await file.abort();
  }
}

function toJson(summary: Summary | Failure): object {
  if (!summary.ok) {
    return {
      command: 'windrow-backfill',
      version: WINDROW_VERSION,
      ok: false,
      error: summary.error,
      elapsed_ms: Math.round(summary.elapsedMs),
    };
  }
  const { options, report, models, modelOf } = summary;
  return {
    command: 'windrow-backfill',
    version: WINDROW_VERSION,
    ok: true,
    definitions_file: options.definitions,
    models: options.models,
    source: options.source,
    sinks: options.sink,
    start_ms: options.start,
    end_ms: options.end,
    samples: report.samples,
    predictions: report.predictions,
    windows: totals(report.definitions),
    definitions: report.definitions.map((counts, i) => ({
      output_metric_id: counts.definition.outputMetricId,
      name: counts.definition.outputMetricName,
      line_id: counts.definition.lineId,
      model_identifier: modelOf[i]!.identifier,
      model_version: modelOf[i]!.version,
      ...windowsJson(counts),
    })),
    model_versions: models,
    phases_ms: Object.fromEntries(
      Object.entries(report.phasesMs).map(([phase, ms]) => [phase, Math.round(ms)]),
    ),
    elapsed_ms: Math.round(summary.elapsedMs),
    samples_per_second: Math.round(ratePerSecond(summary)),
    peak_memory_bytes: summary.peakMemoryBytes,
    state_bytes: report.stateBytes,
    put_aside: report.later,
    dead_letters: report.deadLetters,
  };
}

type WindowCounts = Omit<DefinitionCounts, 'definition'>;

function windowsJson(counts: WindowCounts): object {
  return {
    windows: counts.windows,
    scored: counts.scored,
    empty: counts.empty,
    incomplete: counts.incomplete,
    below_coverage: counts.belowCoverage,
    non_finite: counts.nonFinite,
  };
}

function totals(definitions: readonly DefinitionCounts[]): object {
  const sum = (of: (counts: DefinitionCounts) => number): number =>
    definitions.reduce((total, counts) => total + of(counts), 0);
  return windowsJson({
    windows: sum((c) => c.windows),
    scored: sum((c) => c.scored),
    empty: sum((c) => c.empty),
    incomplete: sum((c) => c.incomplete),
    belowCoverage: sum((c) => c.belowCoverage),
    nonFinite: sum((c) => c.nonFinite),
    revised: sum((c) => c.revised),
  });
}

function ratePerSecond({ report, elapsedMs }: Summary): number {
  return (report.samples.received / Math.max(1, elapsedMs)) * 1000;
}

/** Definitions shown one by one; of more, the rest is one row. */
const DEFINITIONS_SHOWN = 20;
const LETTERS_SHOWN = 5;

/** Prints the summary for a person. */
export function printSummary(summary: Summary, terminal: Terminal): void {
  const { report, elapsedMs } = summary;
  const out = (text: string): void => terminal.stderr.write(text);
  out('\n');
  out(definitionTable(summary));
  out(`\nsamples      ${sampleLine(report.samples)}\n`);
  const phases = Object.entries(report.phasesMs)
    .map(([phase, ms]) => `${phase} ${formatDuration(ms)}`)
    .join(', ');
  out(
    `time         ${formatDuration(elapsedMs)} (${phases}), ${formatRate(ratePerSecond(summary))} samples/s\n`,
  );
  const aside =
    report.later.put === 0
      ? ''
      : `; ${formatCount(report.later.put)} samples waited for their time, ${formatCount(report.later.spilled)} of them on disk`;
  out(
    `memory       ${formatBytes(summary.peakMemoryBytes)} at the peak, ${formatBytes(report.stateBytes)} of window state${aside}\n`,
  );
  out(`predictions  ${formatCount(report.predictions)} to ${summary.options.sink.join(', ')}\n`);
  for (const letter of report.deadLetters.slice(0, LETTERS_SHOWN)) {
    const row = letter.row === null ? '' : `, row ${letter.row}`;
    out(`${letter.heading.padEnd(12)} ${letter.source}${row}: ${letter.reason}\n`);
  }
}

function sampleLine(samples: SampleCounts): string {
  const parts = HEADINGS.filter((heading) => samples[heading] > 0).map(
    (heading) => `${heading} ${formatCount(samples[heading])}`,
  );
  return `received ${formatCount(samples.received)}${parts.length === 0 ? '' : ` = ${parts.join(' + ')}`}`;
}

function definitionTable({ report, modelOf }: Summary): string {
  const shown = report.definitions
    .slice(0, DEFINITIONS_SHOWN)
    .map((counts, i) => [
      counts.definition.outputMetricName,
      `${modelOf[i]!.identifier} / ${modelOf[i]!.version}`,
      ...numbers(counts),
    ]);
  const rest = report.definitions.length - shown.length;
  if (rest > 0) {
    const others = report.definitions.slice(DEFINITIONS_SHOWN);
    const sum = (of: (counts: DefinitionCounts) => number): number =>
      others.reduce((total, counts) => total + of(counts), 0);
    shown.push([
      `and ${formatCount(rest)} more`,
      '',
      ...numbers({
        windows: sum((c) => c.windows),
        scored: sum((c) => c.scored),
        empty: sum((c) => c.empty),
        incomplete: sum((c) => c.incomplete),
        belowCoverage: sum((c) => c.belowCoverage),
        nonFinite: sum((c) => c.nonFinite),
        revised: 0,
      }),
    ]);
  }
  const right = 'right' as const;
  return formatTable(
    [
      { title: 'definition' },
      { title: 'model / version' },
      { title: 'windows', align: right },
      { title: 'scored', align: right },
      { title: 'empty', align: right },
      { title: 'incomplete', align: right },
      { title: 'below coverage', align: right },
      { title: 'not finite', align: right },
    ],
    shown,
  );
}

function numbers(counts: WindowCounts): string[] {
  return [
    counts.windows,
    counts.scored,
    counts.empty,
    counts.incomplete,
    counts.belowCoverage,
    counts.nonFinite,
  ].map(formatCount);
}

/** A range of time as people read it; open ends as words. */
export function formatRange(afterMs: number, untilMs: number): string {
  const from = Number.isFinite(afterMs) ? formatTime(afterMs) : 'the beginning';
  const to = Number.isFinite(untilMs) ? formatTime(untilMs) : 'the end';
  return `${from} to ${to}`;
}
