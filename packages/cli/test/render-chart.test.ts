import { describe, expect, it } from 'vitest';
import { renderChart, type ChartOptions, type ChartSeries } from '../src/render-chart.ts';

const START = Date.parse('2019-03-06T11:20:00Z');
const HOUR_MS = 3_600_000;

/** A slope from (0 h, 10) to (6 h, 20), and a point above its middle. */
const slope: ChartSeries = {
  name: 'predicted',
  xs: [START, START + 6 * HOUR_MS],
  ys: [10, 20],
  style: 'line',
};
const point: ChartSeries = {
  name: 'measured',
  xs: [START + 3 * HOUR_MS],
  ys: [20],
  style: 'points',
};

function draw(options: Partial<ChartOptions> = {}): string[] {
  const text = renderChart({
    series: [slope, point],
    title: 'wall (mm)',
    width: 60,
    height: 9,
    unicode: false,
    ...options,
  });
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

describe('renderChart', () => {
  it('draws lines, points, both axes and a legend in ASCII', () => {
    expect(draw()).toEqual([
      'wall (mm), 2019-03-06 UTC          -- predicted   o measured',
      "20 +                            o                  ....---''",
      "   |                                      ...---'''",
      "15 +                            ...---''''",
      "   |                  ....---'''",
      "   |         ...---'''",
      "10 +..---''''",
      '   +------+-----------------+------------------+------------',
      '        12:00             14:00              16:00',
    ]);
  });

  it('draws in braille', () => {
    const lines = draw({ unicode: true });
    expect(lines[1]).toMatch(/^20 ┤ +● +[\u2801-\u28ff]+$/);
    expect(lines.at(-2)).toMatch(/^ {3}└[─┬]+$/);
  });

  it.each([true, false])('fits its width and height (unicode %s)', (unicode) => {
    for (const width of [24, 40, 80, 133]) {
      for (const height of [6, 9, 16, 40]) {
        const lines = draw({ unicode, width, height, title: 'wall thickness in the middle' });
        expect(lines).toHaveLength(height);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  it('puts the legend below a title that leaves no room for it', () => {
    const lines = draw({ title: 'wall thickness in the middle (mm)' });
    expect(lines.slice(0, 2)).toEqual([
      'wall thickness in the middle (mm), 2019-03-06 UTC',
      '                                   -- predicted   o measured',
    ]);
  });

  it('writes nothing but ASCII when told so', () => {
    // oxlint-disable-next-line no-control-regex -- the range of ASCII
    expect(draw().join('\n')).toMatch(/^[\u0000-\u007f]*$/);
  });

  it('leaves gaps where values are not finite', () => {
    const gap: ChartSeries = { ...slope, xs: [0, 1, 2, 3, 4], ys: [1, 1, Number.NaN, 1, 1] };
    const lines = draw({ series: [gap], x: 'number' });
    const drawn = lines.slice(1, -2).map((line) => line.slice(line.search(/[|+]/) + 1));
    expect(drawn.filter((row) => row !== '')).toEqual([expect.stringMatching(/^(\S)\1+ +\1+$/)]);
  });

  it('draws one value in the middle', () => {
    const lines = draw({ series: [{ ...point, ys: [5] }] });
    expect(lines.filter((line) => line.slice(4).includes('o'))).toHaveLength(2);
  });

  it.each([
    [0.1, 0.9],
    [-1e-300, 1e-300],
    [1e15, 1e15 + 0.125],
    [-1e300, 1e300],
  ])('labels y from %d to %d', (from, to) => {
    const lines = draw({ series: [{ ...slope, ys: [from, to] }], height: 6 });
    expect(lines.filter((line) => /^ *-?\d\S* \+/.test(line)).length).toBeGreaterThanOrEqual(2);
  });

  it('says so when there is nothing to draw', () => {
    expect(draw({ series: [{ ...slope, ys: [Number.NaN, Infinity] }] })).toEqual([
      'wall (mm): nothing to draw',
    ]);
    expect(draw({ series: [] })).toEqual(['wall (mm): nothing to draw']);
  });
});
