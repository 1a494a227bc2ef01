import { describe, expect, it } from 'vitest';
import { chartCanvas, drawLine } from '../../src/internal/chart-canvas.ts';

const text = (canvas: ReturnType<typeof chartCanvas>): string =>
  canvas
    .rows()
    .map((row) => row.join(''))
    .join('\n');

describe('chartCanvas', () => {
  it('sets each dot of a braille character', () => {
    const dots = Array.from({ length: 8 }, (_, i) => {
      const canvas = chartCanvas(1, 1, true);
      canvas.dot(i % 2, Math.floor(i / 2));
      return text(canvas);
    });
    expect(dots.join('')).toBe('⠁⠈⠂⠐⠄⠠⡀⢀');
  });

  it('shows three levels in ASCII, and : for several', () => {
    const canvas = chartCanvas(4, 1, false);
    canvas.dot(0, 0);
    canvas.dot(1, 1);
    canvas.dot(2, 2);
    canvas.dot(3, 0);
    canvas.dot(3, 2);
    expect(text(canvas)).toBe("'-.:");
  });

  it('puts marks over dots and ignores what is outside', () => {
    const canvas = chartCanvas(2, 1, true);
    canvas.dot(0, 0);
    canvas.mark(1, 3, 'o');
    for (const [x, y] of [
      [-1, 0],
      [4, 0],
      [0, 4],
      [0, -1],
    ] as const) {
      canvas.dot(x, y);
      canvas.mark(x, y, 'x');
    }
    expect(text(canvas)).toBe('o ');
  });
});

describe('drawLine', () => {
  it.each([
    [[0, 0], [5, 2], "''--.."],
    [[5, 2], [0, 0], "''--.."],
    [[0, 2], [5, 0], "..--''"],
    [[5, 1], [0, 1], '------'],
    [[3, 2], [3, 2], '   .'],
  ] as const)('from %j to %j', (from, to, expected) => {
    const canvas = chartCanvas(6, 1, false);
    drawLine(canvas, from, to);
    expect(text(canvas).trimEnd()).toBe(expected);
  });

  it('leaves no hole where it is steep', () => {
    const canvas = chartCanvas(3, 3, true);
    drawLine(canvas, [1, 0], [4, 11]);
    expect(canvas.rows().map((row) => row.some((character) => character !== ' '))).toEqual([
      true,
      true,
      true,
    ]);
  });
});
