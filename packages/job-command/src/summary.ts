/** The summary of a run: an object, and its JSON for machines. */
import type { ModelIdentity } from '@windrow/core';
import { WINDROW_VERSION } from '@windrow/cli';
import { AtomicFile } from '@windrow/io';
import type { Changes, DefinitionCounts, JobReport } from '@windrow/pipeline';

/** A run that came to its end. */
export interface Summary {
  /** Name of the command. */
  readonly command: string;
  /** The options that say what was asked for, as they go into the JSON. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly sinks: readonly string[];
  readonly report: JobReport;
  /** Model of each definition. */
  readonly models: readonly ModelIdentity[];
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
  /** null where the run was not cut into slices. */
  readonly slices: SlicesSummary | null;
  /** null where every prediction was written. */
  readonly changes: Changes | null;
}

/** How a run went that was cut into slices. */
export interface SlicesSummary {
  readonly slices: number;
  /** By this run and those before it. */
  readonly done: number;
  readonly doneBefore: number;
  readonly workers: number;
  /** Samples that were read for two slices. */
  readonly repeated: number;
  /** Samples that earlier runs have received, less those that they had read for two slices. */
  readonly samplesBefore: number;
}

/** A run that did not. */
export interface Failure {
  readonly command: string;
  readonly error: string;
  readonly elapsedMs: number;
  readonly slices?: SlicesSummary | null;
}

/** Writes the summary as JSON; the file appears whole. */
export function writeSummary(path: string, summary: Summary | Failure): Promise<void> {
  return writeJson(path, 'error' in summary ? failureJson(summary) : summaryJson(summary));
}

/** The same for a job that scores nothing. */
export function writeReport(
  path: string,
  summary: Omit<Summary, 'models' | 'sinks' | 'slices' | 'changes'>,
): Promise<void> {
  const { command, asked, report } = summary;
  return writeJson(path, {
    command,
    version: WINDROW_VERSION,
    ok: true,
    ...asked,
    ...reportJson(report),
    definitions: report.definitions.map(definitionJson),
    elapsed_ms: Math.round(summary.elapsedMs),
    samples_per_second: Math.round(samplesPerSecond(summary)),
    peak_memory_bytes: summary.peakMemoryBytes,
  });
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

function failureJson({ command, error, elapsedMs, slices = null }: Failure): object {
  return {
    command,
    version: WINDROW_VERSION,
    ok: false,
    error,
    elapsed_ms: Math.round(elapsedMs),
    ...slicesJson(slices),
  };
}

function slicesJson(slices: SlicesSummary | null): object {
  if (slices === null) return {};
  const { doneBefore, workers, repeated } = slices;
  const counts = { count: slices.slices, done: slices.done, done_before: doneBefore };
  return { slices: { ...counts, workers, samples_read_twice: repeated } };
}

function summaryJson(summary: Summary): object {
  const { command, asked, sinks, report, models } = summary;
  return {
    command,
    version: WINDROW_VERSION,
    ok: true,
    ...asked,
    sinks,
    ...reportJson(report),
    definitions: report.definitions.map((counts, i) => ({
      ...definitionJson(counts),
      model_identifier: models[i]!.identifier,
      model_version: models[i]!.version,
    })),
    model_versions: [...new Set(models)],
    elapsed_ms: Math.round(summary.elapsedMs),
    samples_per_second: Math.round(samplesPerSecond(summary)),
    peak_memory_bytes: summary.peakMemoryBytes,
    ...slicesJson(summary.slices),
    ...(summary.changes === null ? {} : { changes: summary.changes }),
  };
}

function reportJson(report: JobReport): object {
  return {
    samples: report.samples,
    predictions: report.predictions,
    windows: windowsJson(totalCounts(report.definitions)),
    phases_ms: Object.fromEntries(
      Object.entries(report.phasesMs).map(([phase, ms]) => [phase, Math.round(ms)]),
    ),
    state_bytes: report.stateBytes,
    put_aside: report.later,
    dead_letters: report.deadLetters,
  };
}

function definitionJson(counts: DefinitionCounts): object {
  return {
    output_metric_id: counts.definition.outputMetricId,
    name: counts.definition.outputMetricName,
    line_id: counts.definition.lineId,
    ...windowsJson(counts),
  };
}

/** Counts of windows, of one definition or of many. */
export type WindowTotals = Omit<DefinitionCounts, 'definition'>;

function windowsJson(counts: WindowTotals): object {
  return {
    windows: counts.windows,
    scored: counts.scored,
    empty: counts.empty,
    incomplete: counts.incomplete,
    below_coverage: counts.belowCoverage,
    non_finite: counts.nonFinite,
    revised: counts.revised,
  };
}

/** The sum of the counts of several definitions. */
export function totalCounts(definitions: readonly DefinitionCounts[]): WindowTotals {
  const sum = (of: (counts: DefinitionCounts) => number): number =>
    definitions.reduce((total, counts) => total + of(counts), 0);
  return {
    windows: sum((c) => c.windows),
    scored: sum((c) => c.scored),
    empty: sum((c) => c.empty),
    incomplete: sum((c) => c.incomplete),
    belowCoverage: sum((c) => c.belowCoverage),
    nonFinite: sum((c) => c.nonFinite),
    revised: sum((c) => c.revised),
  };
}

/** Samples for every second of the run: those that it read itself, each once. */
export function samplesPerSecond({
  report,
  elapsedMs,
  slices = null,
}: Pick<Summary, 'report' | 'elapsedMs'> & Partial<Pick<Summary, 'slices'>>): number {
  const others = slices === null ? 0 : slices.repeated + slices.samplesBefore;
  return ((report.samples.received - others) / Math.max(1, elapsedMs)) * 1000;
}
