/** `--dry-run`: the plan, and what it costs, without reading a sample. Goes to stdout. */
import { formatTime } from '@windrow/core';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatSi,
  formatTable,
  type Terminal,
} from '@windrow/cli';
import {
  AHEAD_BYTES_MAX,
  LATER_BYTES_MAX,
  estimateBackfill,
  planBackfill,
  readBySlices,
  slicesOfPlan,
  type BackfillEstimate,
  type OpenJob,
} from '@windrow/pipeline';
import { serviceEstimate, type SlicedRequest } from '@windrow/job-command';
import { CHUNK_BYTES_PER_POINT, neededRange, paneCells, sharingOf } from '@windrow/windowing';

/** Rows of a table shown one by one. */
const ROWS_SHOWN = 50;
const SLICES_SHOWN = 12;

export async function printDryRun(
  job: OpenJob,
  request: SlicedRequest,
  terminal: Terminal,
): Promise<void> {
  const { range } = request;
  const estimate = await estimateBackfill(job.source, job.scorer.targets, {
    dictionary: job.dictionary,
    range,
    aheadBytesMax: AHEAD_BYTES_MAX,
  });
  terminal.stdout.write(
    [
      `windows that end in: ${formatRange(range.afterMs, range.untilMs)}\n`,
      windowTable(job, estimate),
      sharing(estimate),
      `${reading(job, estimate)}${await service(job, request, terminal)}`,
      await slicing(job, request),
      costs(estimate),
    ].join('\n'),
  );
}

function windowTable(job: OpenJob, estimate: BackfillEstimate): string {
  const rows: string[][] = [];
  for (const line of estimate.plan.lines) {
    for (const window of line.windows) {
      const { definition } = window;
      const { model } = job.scorer.targets[window.target]!;
      rows.push([
        definition.outputMetricName,
        `${model.identifier} / ${model.version}`,
        `${window.tracks.length} x ${window.cells}`,
        formatDuration(definition.windowMs),
        formatDuration(definition.stepMs),
        formatDuration(definition.resolutionMs),
        formatDuration(paneCells(line, window) * definition.resolutionMs),
        estimate.windows === null ? '?' : formatCount(estimate.windows[window.target]!),
      ]);
    }
  }
  const hidden = rows.length - ROWS_SHOWN;
  const right = 'right' as const;
  const table = formatTable(
    [
      { title: 'definition' },
      { title: 'model / version' },
      { title: 'inputs x cells', align: right },
      { title: 'window', align: right },
      { title: 'step', align: right },
      { title: 'cell', align: right },
      { title: 'pane', align: right },
      { title: 'windows', align: right },
    ],
    rows.slice(0, ROWS_SHOWN),
  );
  return hidden > 0 ? `${table}and ${formatCount(hidden)} more definitions\n` : table;
}

function sharing({ plan }: BackfillEstimate): string {
  const { tracks, uses } = sharingOf(plan);
  return `${formatCount(plan.lines.length)} lines, ${formatCount(tracks)} tracks (metric, aggregate, cell length), each used by ${(uses / tracks).toFixed(1)} definitions on average\n`;
}

function reading(job: OpenJob, estimate: BackfillEstimate): string {
  const rows = estimate.rows === null ? 'an unknown number of' : formatCount(estimate.rows);
  const span =
    estimate.span === null
      ? 'an unknown time'
      : formatRange(estimate.span.startMs, estimate.span.endMs);
  return [
    `reads    ${rows} samples in ${formatCount(estimate.splits)} parts, ${formatBytes(estimate.sizeBytes)}, from ${span}\n`,
    `         from ${job.source.uri}\n`,
    `memory   ${formatBytes(estimate.stateBytes)} of cells and panes\n`,
    ...(estimate.span === null && estimate.splits > 0
      ? [
          `         and ${formatBytes(LATER_BYTES_MAX)} of samples that wait for the end, since the parts say nothing of their time; more go to temporary files, 20 bytes each\n`,
        ]
      : []),
  ].join('');
}

async function service(job: OpenJob, request: SlicedRequest, terminal: Terminal): Promise<string> {
  const range = neededRange(job.scorer.targets, request.range);
  const metricIds = [...new Set(job.definitions.flatMap((d) => d.inputMetricIds))];
  const { source } = request.job.parts;
  const estimate = await serviceEstimate(source, { range, metricIds }, terminal.env);
  if (estimate === null) return '';
  const rows = estimate.rows === null ? 'an unknown number of' : formatCount(estimate.rows);
  return `         by the service's estimate ${rows} rows, ${formatBytes(estimate.sizeBytes)} (${formatCount(estimate.sizeBytes)} bytes) scanned\n`;
}

async function slicing(job: OpenJob, request: SlicedRequest): Promise<string> {
  const { workers, cores } = request;
  const { splits, cuts } = await planBackfill(job, { ...request, workers: workers ?? cores });
  const slices = slicesOfPlan(job, splits, cuts);
  const { rows, sizeBytes } = readBySlices(slices);
  const samples = rows === null ? 'an unknown number of' : formatCount(rows);
  const ranges = slices
    .slice(0, SLICES_SHOWN)
    .map(({ range }) => `         ${formatRange(range.afterMs, range.untilMs)}\n`);
  const more = slices.length - ranges.length;
  return [
    `slices   ${formatCount(slices.length)}, ${samples} samples, ${formatBytes(sizeBytes)}, to be read by all of them together\n`,
    ...(slices.length > 1 ? ranges : []),
    ...(more > 0 ? [`         and ${formatCount(more)} more\n`] : []),
  ].join('');
}

function day(bytes: number): string {
  return `${formatBytes(bytes)} a day`;
}

function costs({ cost }: BackfillEstimate): string {
  const saved = 1 - cost.twoStageBytes / cost.oneStageBytes;
  return formatTable(
    [{ title: '' }, { title: '', align: 'right' }, { title: '' }],
    [
      [
        'one window element for every sample',
        day(cost.oneStageBytes),
        'the published formula, one stage',
      ],
      [
        'panes of the gcd of all slides',
        day(cost.twoStageBytes),
        `the published formula, two stages: ${(saved * 100).toFixed(1)} % less`,
      ],
      [
        'our pane chunks, encoded',
        day(cost.chunkBytes),
        `${formatSi(cost.cells)} cells a day at ${CHUNK_BYTES_PER_POINT} bytes, each made once; windows read them ${formatSi(cost.windowCells / cost.cells)} times. In one process they are not moved at all`,
      ],
    ],
  );
}

/** A range of time as people read it; open ends as words. */
function formatRange(afterMs: number, untilMs: number): string {
  if (!Number.isFinite(afterMs) && !Number.isFinite(untilMs)) return 'all the time there is';
  const from = Number.isFinite(afterMs) ? formatTime(afterMs) : 'the beginning';
  const to = Number.isFinite(untilMs) ? formatTime(untilMs) : 'the end';
  return `${from} to ${to}`;
}
