/** What an export did, for people and for machines: the part that differs from run to run, and so is not in the dataset. */
import { WINDROW_VERSION, formatCount, formatTable, type Terminal } from '@windrow/cli';
import { HEADINGS } from '@windrow/core';
import type { ExportReport } from '@windrow/training';

export function exportSummary(
  { gathered, splits, written }: ExportReport,
  run: { readonly command: string; readonly elapsedMs: number; readonly peakBytes: number },
): object {
  return {
    command: run.command,
    version: WINDROW_VERSION,
    ok: true,
    samples: gathered.samples,
    labels: gathered.labels,
    clocks: gathered.clocks,
    without_target: gathered.withoutTarget,
    examples: Object.fromEntries(written.map(({ name, examples }) => [name, examples])),
    purged: splits.purged,
    dead_letters: gathered.deadLetters,
    elapsed_ms: run.elapsedMs,
    peak_memory_bytes: run.peakBytes,
  };
}

export function printExport(report: ExportReport, out: string, terminal: Terminal): void {
  const { gathered, splits, written } = report;
  const { samples, labels, clocks, withoutTarget, deadLetters } = gathered;
  const lines = [
    '',
    formatTable(
      [{ title: 'split' }, { title: 'examples', align: 'right' }],
      written.map(({ name, examples }) => [name, formatCount(examples)]),
    ),
    `samples      ${counted(
      'received',
      samples.received,
      HEADINGS.map((h) => [h, samples[h]]),
    )}`,
    `windows      ${windowsLine(report)}`,
  ];
  if (splits.purged > 0) {
    lines.push(`purged       ${formatCount(splits.purged)} examples at the boundaries of splits`);
  }
  if (withoutTarget > 0) {
    lines.push(`no target    ${formatCount(withoutTarget)} scored windows without any target`);
  }
  if (labels !== null) {
    const { received, settled, ...refused } = labels.counts;
    const parts = [...Object.entries(refused), ['settled', settled] as const];
    lines.push(`labels       ${counted('received', received, parts)}`);
    lines.push(`settled      ${counted('labels', settled, Object.entries(labels.outcomes))}`);
    for (const refusal of labels.refusals.slice(0, 5)) lines.push(`unreadable   ${refusal}`);
  }
  if (clocks !== null) {
    lines.push(
      `as known     ${(clocks.share * 100).toFixed(2)} % of the windows differ from those of all data: ${formatCount(clocks.different)} in their numbers, ${formatCount(clocks.onlyAsKnown)} only as known, ${formatCount(clocks.onlyAllData)} only with all data`,
    );
  }
  for (const letter of deadLetters.slice(0, 5)) {
    const row = letter.row === null ? '' : `, row ${letter.row}`;
    lines.push(`${letter.heading.padEnd(12)} ${letter.source}${row}: ${letter.reason}`);
  }
  const examples = written.reduce((sum, split) => sum + split.examples, 0);
  lines.push(`dataset      ${formatCount(examples)} examples in ${out}`);
  if (examples === 0)
    lines.push('note: there is no example; the lines above say what became of all');
  terminal.stderr.write(`${lines.join('\n')}\n`);
}

function windowsLine({ gathered }: ExportReport): string {
  const { counts } = gathered.windows;
  const sum = (of: (c: (typeof counts)[number]) => number): number =>
    counts.reduce((total, c) => total + of(c), 0);
  return counted(
    'judged',
    sum((c) => c.scored + c.belowCoverage + c.incomplete),
    [
      ['scored', sum((c) => c.scored)],
      ['below coverage', sum((c) => c.belowCoverage)],
      ['incomplete', sum((c) => c.incomplete)],
    ],
  );
}

function counted(
  what: string,
  total: number,
  parts: readonly (readonly [name: string, count: number])[],
): string {
  const some = parts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${words(name)} ${formatCount(count)}`);
  const sum = some.length === 0 ? '' : ` = ${some.join(' + ')}`;
  return `${what} ${formatCount(total)}${sum}`;
}

/** `notYetKnown` as `not yet known`. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
