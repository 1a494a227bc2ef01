/**
 * A canvas of characters on which lines and points are drawn at a finer grain: 2 x 4 dots a character in braille, or 1 x 3
 * levels a character in ASCII.
 *
 * Pixel (0, 0) is at the upper left.
 */

/** What a renderer of lines has to offer. */
export interface ChartCanvas {
  readonly pixelWidth: number;
  readonly pixelHeight: number;
  /** Sets a dot of a line; ignored outside of the canvas. */
  dot(x: number, y: number): void;
  /** Puts a character where the pixel is, over any line. */
  mark(x: number, y: number, character: string): void;
  /** The rows of characters, from the top. */
  rows(): string[][];
}

const BRAILLE = 0x28_00;
/** Bit of a dot in a braille character, by `row * 2 + column`. */
const brailleBits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80] as const;
/** Bits of dots that ASCII shows at the upper, middle or lower third. */
const asciiLevels = ["'", '-', '.'] as const;

/** A canvas of `columns` x `rows` characters. */
export function chartCanvas(columns: number, rows: number, unicode: boolean): ChartCanvas {
  const perX = unicode ? 2 : 1;
  const perY = unicode ? 4 : 3;
  const bits = new Uint8Array(columns * rows);
  const marks = new Map<number, string>();
  const pixelWidth = columns * perX;
  const pixelHeight = rows * perY;
  const cellOf = (x: number, y: number): number =>
    Math.floor(y / perY) * columns + Math.floor(x / perX);
  const isInside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < pixelWidth && y < pixelHeight;
  return {
    pixelWidth,
    pixelHeight,
    dot(x, y) {
      if (!isInside(x, y)) return;
      const cell = cellOf(x, y);
      bits[cell] = bits[cell]! | (unicode ? brailleBits[(y % 4) * 2 + (x % 2)]! : 1 << (y % 3));
    },
    mark(x, y, character) {
      if (isInside(x, y)) marks.set(cellOf(x, y), character);
    },
    rows() {
      return Array.from({ length: rows }, (_, row) =>
        Array.from({ length: columns }, (__, column) => {
          const cell = row * columns + column;
          return marks.get(cell) ?? dotted(bits[cell]!, unicode);
        }),
      );
    },
  };
}

function dotted(bits: number, unicode: boolean): string {
  if (bits === 0) return ' ';
  if (unicode) return String.fromCodePoint(BRAILLE + bits);
  // Several levels in one cell are a steep line.
  return asciiLevels[Math.log2(bits)] ?? ':';
}

/** Draws the line between two pixels (Bresenham). */
export function drawLine(
  canvas: ChartCanvas,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  let [x, y] = from;
  const [toX, toY] = to;
  const dx = Math.abs(toX - x);
  const dy = -Math.abs(toY - y);
  const stepX = x < toX ? 1 : -1;
  const stepY = y < toY ? 1 : -1;
  let error = dx + dy;
  for (;;) {
    canvas.dot(x, y);
    if (x === toX && y === toY) return;
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += stepX;
    }
    if (twice <= dx) {
      error += dx;
      y += stepY;
    }
  }
}
