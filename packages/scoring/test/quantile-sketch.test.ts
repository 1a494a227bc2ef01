import { describe, expect, it } from 'vitest';
import { QuantileSketch, SKETCH_NUMBERS } from '../src/quantile-sketch.ts';

/** Deterministic numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const COUNT = 100_000;
/** Values that are added at once. */
const STRIDE = 40;
const next = numbers(7);
const DISTRIBUTIONS: Readonly<Record<string, (i: number) => number>> = {
  uniform: () => next(),
  'a level with a ripple': () => 150 + 0.01 * Math.sin(next() * 7),
  exponential: () => -Math.log(1 - next()),
  'two levels far apart': () => (next() < 0.3 ? -1e9 : 1e-9) * (1 + next()),
  ascending: (i) => i,
  descending: (i) => -i,
  'a few values': (i) => Math.floor(next() * 5) + (i === 77 ? 1e12 : 0),
};
const QUANTILES = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];

/** Share of values below `value`, and at or below it: the ranks that it may stand for. */
function ranks(sorted: Float64Array, value: number): readonly [number, number] {
  let below = 0;
  while (below < sorted.length && sorted[below]! < value) below++;
  let upTo = below;
  while (upTo < sorted.length && (sorted[upTo] ?? 0) === value) upTo++;
  return [below / sorted.length, upTo / sorted.length];
}

/** What the head of the source promises, of all values, with one value's width. */
const allowed = (q: number): number => ((2 * Math.PI) / 100) * Math.sqrt(q * (1 - q)) + 1 / COUNT;

function worst(sketch: QuantileSketch, values: Float64Array): string[] {
  const sorted = values.toSorted();
  return QUANTILES.flatMap((q) => {
    const [low, high] = ranks(sorted, sketch.quantile(q)!);
    const off = Math.max(0, low - q, q - high);
    return off <= allowed(q) ? [] : [`${q}: off by ${off}, allowed ${allowed(q)}`];
  });
}

describe('quantiles', () => {
  it.each(Object.entries(DISTRIBUTIONS))('%s: within the bound, whole and merged', (_, draw) => {
    const values = Float64Array.from({ length: COUNT }, (_unused, i) => draw(i));
    const whole = new QuantileSketch();
    const parts = Array.from({ length: 7 }, () => new QuantileSketch());
    for (let from = 0; from < COUNT; from += STRIDE) {
      whole.add(values.slice(from, from + STRIDE));
      parts[(from / STRIDE) % 7]!.add(values.slice(from, from + STRIDE));
    }
    const merged = new QuantileSketch();
    for (const part of parts) merged.merge(part.data());
    for (const sketch of [whole, merged, QuantileSketch.from(merged.data())]) {
      expect(sketch.count).toBe(COUNT);
      expect(worst(sketch, values)).toEqual([]);
      expect(sketch.quantile(0)).toBe(values.reduce((a, b) => Math.min(a, b)));
      expect(sketch.quantile(1)).toBe(values.reduce((a, b) => Math.max(a, b)));
      expect(sketch.data().means.length).toBeLessThanOrEqual(102);
    }
  });

  it('of a few values are these', () => {
    const sketch = new QuantileSketch();
    expect([sketch.count, sketch.quantile(0.5)]).toEqual([0, null]);
    sketch.add(Float64Array.of(4));
    expect([0, 0.5, 1].map((q) => sketch.quantile(q))).toEqual([4, 4, 4]);
    sketch.add(Float64Array.of(8, 5));
    expect([0, 0.5, 1].map((q) => sketch.quantile(q))).toEqual([4, 5, 8]);
  });

  it('weights add up to the count whatever is merged into what', () => {
    const sketch = new QuantileSketch();
    let count = 0;
    for (let size = 0; size < 300; size += 7) {
      const other = new QuantileSketch();
      other.add(Float64Array.from({ length: size }, (_, i) => i * size));
      sketch.merge(other.data());
      sketch.add(Float64Array.of(size));
      count += size + 1;
    }
    expect(sketch.count).toBe(count);
    expect(sketch.data().weights.reduce((a, b) => a + b, 0)).toBe(count);
    const { means } = sketch.data();
    expect(means).toEqual(means.toSorted((a, b) => a - b));
  });

  it('leaves alone what lies beside it', () => {
    const room = new Float64Array(3 * SKETCH_NUMBERS);
    const sketches = [0, 1, 2].map((i) => new QuantileSketch(room, i * SKETCH_NUMBERS));
    sketches[0]!.add(Float64Array.from({ length: 5000 }, (_, i) => -1 - i));
    sketches[2]!.add(Float64Array.from({ length: 5000 }, (_, i) => 1 + i));
    expect(sketches.map((s) => s.count)).toEqual([5000, 0, 5000]);
    sketches[1]!.add(Float64Array.from({ length: 5000 }, (_, i) => i * i));
    expect(sketches.map((s) => [s.quantile(0), s.quantile(1)])).toEqual([
      [-5000, -1],
      [0, 4999 ** 2],
      [1, 5000],
    ]);
    expect(() => new QuantileSketch(room, 2 * SKETCH_NUMBERS + 1)).toThrow(/room for a sketch/);
  });
});
