/** The summary of a run as a person reads it. */
import { HEADINGS, type SampleCounts } from '@windrow/core';
import type { JobReport } from '@windrow/pipeline';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatTable,
  type Terminal,
} from '@windrow/cli';
import { slicesLine } from './slices/slice-words.ts';
import { samplesPerSecond, totalCounts, type Summary, type WindowTotals } from './summary.ts';

/** Definitions shown one by one; of more, the rest is one row. */
const DEFINITIONS_SHOWN = 20;
const LETTERS_SHOWN = 5;

/** Prints a summary to stderr. */
export function printSummary(summary: Summary, terminal: Terminal): void {
  const { report, elapsedMs } = summary;
  const phases = Object.entries(report.phasesMs)
    .map(([phase, ms]) => `${phase} ${formatDuration(ms)}`)
    .join(', ');
  const aside =
    report.later.put === 0
      ? ''
      : `; ${formatCount(report.later.put)} samples waited for their time, ${formatCount(report.later.spilled)} of them on disk`;
  const lines = [
    '',
    definitionTable(summary),
    sampleLine(report.samples),
    `time         ${formatDuration(elapsedMs)} (${phases}): ${formatRate(samplesPerSecond(summary))} samples`,
    ...(summary.slices === null
      ? []
      : [slicesLine({ ...summary.slices, received: report.samples.received })]),
    `memory       ${formatBytes(summary.peakMemoryBytes)} at the peak, ${formatBytes(report.stateBytes)} of window state${aside}`,
    `predictions  ${formatCount(report.predictions)} to ${summary.sinks.join(', ')}${changesOf(summary)}`,
    ...setAsideLines(report),
  ];
  terminal.stderr.write(`${lines.join('\n')}\n`);
}

/** Prints what became of the samples, for a job that scores nothing. */
export function printSamples(report: JobReport, terminal: Terminal): void {
  terminal.stderr.write(`${[sampleLine(report.samples), ...setAsideLines(report)].join('\n')}\n`);
}

function changesOf({ changes }: Summary): string {
  if (changes === null) return '';
  const { added, changed, same } = changes;
  return `: ${formatCount(added)} new, ${formatCount(changed)} changed; ${formatCount(same)} are as they were`;
}

function setAsideLines({ deadLetters, samples }: JobReport): string[] {
  const lines = deadLetters.slice(0, LETTERS_SHOWN).map((letter) => {
    const row = letter.row === null ? '' : `, row ${letter.row}`;
    return `${letter.heading.padEnd(12)} ${letter.source}${row}: ${letter.reason}`;
  });
  const setAside = samples.quarantined + samples.dropped_late;
  if (setAside > LETTERS_SHOWN) {
    lines.push(
      `             ${formatCount(setAside)} rows were set aside in all; --dead-letter FILE keeps them`,
    );
  }
  return lines;
}

function sampleLine(samples: SampleCounts): string {
  const parts = HEADINGS.filter((heading) => samples[heading] > 0).map(
    (heading) => `${heading} ${formatCount(samples[heading])}`,
  );
  const sum = parts.length === 0 ? '' : ` = ${parts.join(' + ')}`;
  return `samples      received ${formatCount(samples.received)}${sum}`;
}

function definitionTable({ report, models }: Summary): string {
  const rows = report.definitions
    .slice(0, DEFINITIONS_SHOWN)
    .map((counts, i) => [
      counts.definition.outputMetricName,
      `${models[i]!.identifier} / ${models[i]!.version}`,
      ...numbers(counts),
    ]);
  const others = report.definitions.slice(DEFINITIONS_SHOWN);
  if (others.length > 0) {
    rows.push([`and ${formatCount(others.length)} more`, '', ...numbers(totalCounts(others))]);
  }
  const titles = [
    'windows',
    'scored',
    'empty',
    'incomplete',
    'below coverage',
    'not finite',
    'revised',
  ];
  return formatTable(
    [
      { title: 'definition' },
      { title: 'model / version' },
      ...titles.map((title) => ({ title, align: 'right' as const })),
    ],
    rows,
  );
}

function numbers(counts: WindowTotals): string[] {
  return [
    counts.windows,
    counts.scored,
    counts.empty,
    counts.incomplete,
    counts.belowCoverage,
    counts.nonFinite,
    counts.revised,
  ].map(formatCount);
}
