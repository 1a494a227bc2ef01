/** Points of every shape that a chunk treats differently, made from a seed. */
import type { ChunkPoints } from '../../src/index.ts';

/** A small generator with a seed (mulberry32): the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Column = (count: number, random: () => number) => Float64Array;

function fill(next: (i: number, random: () => number) => number): Column {
  return (count, random) => Float64Array.from({ length: count }, (_, i) => next(i, random));
}

function walk(first: number, step: (random: () => number) => number): Column {
  return (count, random) => {
    let value = first;
    return Float64Array.from({ length: count }, () => (value += step(random)));
  };
}

const START = 1_551_869_551_000;

export const timestampShapes: Readonly<Record<string, Column>> = {
  regular: fill((i) => START + i * 1000),
  descending: fill((i) => -START - i * 250),
  repeated: fill(() => START),
  jitter: fill((i, random) => START + i * 1000 + Math.floor(random() * 51) - 25),
  gaps: walk(START, (random) => (random() < 0.02 ? 57_000 : 1000)),
  'random walk': walk(START, (random) => Math.floor(random() * 100_000) - 20_000),
  shuffled: fill((_, random) => START + Math.floor(random() * 1e6)),
  months: walk(START, (random) => Math.floor(random() * 1e10)),
  anywhere: fill((_, random) => Math.floor((random() * 2 - 1) * 8.64e15)),
  extremes: fill((i) => (i % 2 === 0 ? 8.64e15 : -8.64e15)),
};

const specials = [
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  -(2 ** 53),
  2 ** 53 - 1,
  1e22,
  1e-22,
  0.1 + 0.2,
  1 / 3,
];

export const valueShapes: Readonly<Record<string, Column>> = {
  constant: fill(() => 21.5),
  'constant -0': fill(() => -0),
  'constant NaN': fill(() => Number.NaN),
  'constant third': fill(() => 1 / 3),
  'ramp of decimals': fill((i) => i / 100),
  'walk of decimals': walk(0, (random) => Math.floor(random() * 3) - 1),
  'noise of decimals': fill((_, random) => Math.round(random() * 4000) / 100),
  'smooth decimals': fill((i) => Math.round(1e6 * Math.sin(i / 40)) / 1e4),
  'six digits': fill((_, random) => Math.round(random() * 1e6) / 1e6),
  'held decimals': fill((i, random) => Math.floor(i / (1 + Math.floor(random() * 9))) / 10),
  'few levels': fill((_, random) => [0, 310, 310.1, 997.25, 12.5][Math.floor(random() * 5)]!),
  'few thirds': fill((_, random) => Math.floor(random() * 9) / 7),
  'held thirds': fill((i) => Math.floor(i / 7) / 7),
  dropouts: fill((_, random) => (random() < 0.05 ? 0 : 206 + Math.round(random() * 100) / 100)),
  'with exceptions': fill((i, random) => (random() < 0.03 ? Math.sqrt(i) : i / 10)),
  'with missing': fill((i, random) => (random() < 0.2 ? Number.NaN : (i % 40) / 10)),
  'held with exceptions': fill((i) => (i % 50 === 7 ? Math.PI : Math.floor(i / 11))),
  'wide decimals': fill((_, random) => Math.round(random() * 1e13) / 1e8),
  'wide integers': fill((_, random) => Math.floor(random() * 2 ** 50)),
  outliers: fill((_, random) => (random() < 0.02 ? 1e15 * random() : Math.floor(random() * 50))),
  float32: fill((_, random) => Math.fround(random() * 100)),
  doubles: fill((_, random) => random()),
  specials: fill((_, random) => specials[Math.floor(random() * specials.length)]!),
  bits: (count, random) => {
    const words = Uint32Array.from({ length: count * 2 }, () => random() * 4_294_967_296);
    return new Float64Array(words.buffer);
  },
};

/** Points of two named shapes. */
export function pointsOf(timestamps: string, values: string, count: number, seed = 1): ChunkPoints {
  const random = randomOf(seed);
  return {
    length: count,
    timestampsMs: timestampShapes[timestamps]!(count, random),
    values: valueShapes[values]!(count, random),
  };
}
