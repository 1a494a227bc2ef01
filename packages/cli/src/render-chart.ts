/**
 * A picture of a few series for the terminal: lines in braille dots, points as marks over them, both axes labelled.
 *
 * Plain ASCII where the terminal shows nothing else; no colours, so that it reads the same in a log.
 */
import { formatTime } from '@windrow/core';
import { chartCanvas, drawLine, type ChartCanvas } from './internal/chart-canvas.ts';
import { numberTicks, timeTicks, type Tick } from './internal/chart-scale.ts';

/** Values over x, `xs` ascending and as long as `ys`; what is not finite is a gap. */
export interface ChartSeries {
  readonly name: string;
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
  /** `line`: joined, one line a chart at most; `points`: a mark each. */
  readonly style: 'line' | 'points';
}

export interface ChartOptions {
  readonly series: readonly ChartSeries[];
  readonly title: string;
  /** Of the whole picture in characters; at least 24. */
  readonly width: number;
  /** Of the whole picture in lines, title and axes included; at least 6. */
  readonly height: number;
  /** What x is; `time` is milliseconds since 1970, shown in UTC. Default `time`. */
  readonly x?: 'time' | 'number';
  /** Whether the terminal shows more than ASCII (`showsUnicode`). */
  readonly unicode: boolean;
}

const WIDTH_MIN = 24;
const HEIGHT_MIN = 6;
/** X axis and its labels. */
const AXIS_LINES = 2;
const DAY_MS = 86_400_000;
const ROWS_PER_TICK = 3;
const COLUMNS_PER_TICK = 12;
const POINT = { unicode: '●', ascii: 'o' } as const;
const LINE = { unicode: '⠒⠒', ascii: '--' } as const;
const AXES = {
  unicode: { left: '│', tick: '┤', corner: '└', bottom: '─', mark: '┬' },
  ascii: { left: '|', tick: '+', corner: '+', bottom: '-', mark: '+' },
} as const;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** The picture, ending in a newline; the title alone where no series has a finite value. */
export function renderChart(options: ChartOptions): string {
  const { series, title, unicode } = options;
  const width = Math.max(WIDTH_MIN, options.width);
  const xRange = rangeOf(series, (s, i) => s.xs[i]!);
  const yRange = rangeOf(series, (s, i) => s.ys[i]!);
  if (xRange === null || yRange === null) return `${title}: nothing to draw\n`;
  const lines = heading(dated(options, xRange), series, width, unicode);
  const rowCount = Math.max(HEIGHT_MIN, options.height) - AXIS_LINES - lines.length;
  const yTicks = numberTicks(yRange.min, yRange.max, Math.ceil(rowCount / ROWS_PER_TICK));
  const labelWidth = Math.max(...yTicks.map((tick) => tick.text.length));
  const canvas = chartCanvas(width - labelWidth - 2, rowCount, unicode);
  drawSeries(canvas, series, xRange, yRange, unicode);

  const axes = unicode ? AXES.unicode : AXES.ascii;
  const textByRow = new Map(
    yTicks.map((tick) => [rowOf(tick.value, yRange, rowCount), tick.text] as const),
  );
  for (const [row, characters] of canvas.rows().entries()) {
    const text = textByRow.get(row);
    const label = (text ?? '').padStart(labelWidth);
    lines.push(
      `${label} ${text === undefined ? axes.left : axes.tick}${characters.join('')}`.trimEnd(),
    );
  }
  lines.push(...xAxis(options, xRange, labelWidth, width));
  return `${lines.join('\n')}\n`;
}

/** Least and greatest, of rows whose x and y are finite; widened where they are equal. */
function rangeOf(
  series: readonly ChartSeries[],
  value: (series: ChartSeries, index: number) => number,
): Range | null {
  let min = Infinity;
  let max = -Infinity;
  for (const one of series) {
    for (let i = 0; i < one.xs.length; i++) {
      if (!Number.isFinite(one.xs[i]) || !Number.isFinite(one.ys[i])) continue;
      min = Math.min(min, value(one, i));
      max = Math.max(max, value(one, i));
    }
  }
  if (min > max) return null;
  const slack = max > min ? 0 : Math.abs(max) * 0.01 || 1;
  return { min: min - slack, max: max + slack };
}

/** Lines first, so that points stand over them. */
function drawSeries(
  canvas: ChartCanvas,
  series: readonly ChartSeries[],
  xRange: Range,
  yRange: Range,
  unicode: boolean,
): void {
  const pixel = (s: ChartSeries, i: number): readonly [number, number] | null =>
    Number.isFinite(s.xs[i]) && Number.isFinite(s.ys[i])
      ? [
          place(s.xs[i]!, xRange, canvas.pixelWidth),
          canvas.pixelHeight - 1 - place(s.ys[i]!, yRange, canvas.pixelHeight),
        ]
      : null;
  for (const line of series.filter((s) => s.style === 'line')) {
    let last: readonly [number, number] | null = null;
    for (let i = 0; i < line.xs.length; i++) {
      const at = pixel(line, i);
      if (at !== null) drawLine(canvas, last ?? at, at);
      last = at;
    }
  }
  for (const points of series.filter((s) => s.style === 'points')) {
    for (let i = 0; i < points.xs.length; i++) {
      const at = pixel(points, i);
      if (at !== null) canvas.mark(at[0], at[1], unicode ? POINT.unicode : POINT.ascii);
    }
  }
}

/** Which of `count` pixels a value falls on, 0 at `min`. */
function place(value: number, range: Range, count: number): number {
  return Math.round(((value - range.min) / (range.max - range.min)) * (count - 1));
}

/** The row of characters, from the top. */
function rowOf(value: number, range: Range, rowCount: number): number {
  return rowCount - 1 - place(value, range, rowCount);
}

/** The title, with the first day where the axis shows times of day. */
function dated({ title, x = 'time' }: ChartOptions, { min, max }: Range): string {
  return x === 'time' && max - min < DAY_MS * 2
    ? `${title}, ${formatTime(min).slice(0, 10)} UTC`
    : title;
}

/** Title at the left, legend at the right; two lines where one is too short, each cut at the width. */
function heading(
  title: string,
  series: readonly ChartSeries[],
  width: number,
  unicode: boolean,
): string[] {
  const key = unicode ? 'unicode' : 'ascii';
  const legend = series
    .map(({ name, style }) => `${style === 'line' ? LINE[key] : POINT[key]} ${name}`)
    .join('   ');
  const gap = width - title.length - legend.length;
  const lines =
    gap >= 2 ? [`${title}${' '.repeat(gap)}${legend}`] : [title, legend.padStart(width)];
  return lines.map((line) => line.slice(0, width));
}

/** The axis with its marks, and the labels below them. */
function xAxis(options: ChartOptions, range: Range, labelWidth: number, width: number): string[] {
  const axes = options.unicode ? AXES.unicode : AXES.ascii;
  const columns = width - labelWidth - 2;
  const countMax = Math.floor(columns / COLUMNS_PER_TICK);
  const isTime = (options.x ?? 'time') === 'time';
  const ticks = isTime
    ? timeTicks(range.min, range.max, countMax)
    : numberTicks(range.min, range.max, countMax);
  const axis = Array.from({ length: columns }, (): string => axes.bottom);
  let labels = '';
  for (const tick of ticks) {
    const column = place(tick.value, range, columns);
    axis[column] = axes.mark;
    labels = withLabel(labels, tick, column, columns);
  }
  const indent = ' '.repeat(labelWidth + 2);
  return [`${' '.repeat(labelWidth + 1)}${axes.corner}${axis.join('')}`, indent + labels];
}

/** The label centred below its mark, left out where it would touch the one before. */
function withLabel(labels: string, tick: Tick, column: number, columns: number): string {
  const centred = column - Math.floor(tick.text.length / 2);
  const start = Math.max(0, Math.min(columns - tick.text.length, centred));
  if (labels !== '' && start < labels.length + 2) return labels;
  return labels.padEnd(start) + tick.text;
}
