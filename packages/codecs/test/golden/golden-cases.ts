/** What the golden files of version 1 hold, made from seeds. */
import type { SampleBatch } from '@windrow/core';
import type { ChunkPoints } from '../../src/index.ts';
import { pointsOf } from '../chunk/point-shapes.ts';
import { interleaved, mixed, mixedShapes } from '../stream/stream-rows.ts';

/** The metric of the golden chunks. */
export const GOLDEN_ID = '00112233-4455-6677-8899-aabbccddeeff';

export interface GoldenChunk {
  readonly name: string;
  readonly points: ChunkPoints;
  readonly stats: boolean;
}

const shapes: readonly (readonly [timestamps: string, values: string, count: number])[] = [
  ['regular', 'constant', 128],
  ['regular', 'constant NaN', 40],
  ['regular', 'constant -0', 5],
  ['repeated', 'ramp of decimals', 130],
  ['jitter', 'noise of decimals', 300],
  ['gaps', 'held decimals', 300],
  ['descending', 'smooth decimals', 260],
  ['random walk', 'dropouts', 200],
  ['shuffled', 'with exceptions', 150],
  ['months', 'few levels', 150],
  ['gaps', 'few thirds', 150],
  ['regular', 'held thirds', 150],
  ['regular', 'held with exceptions', 150],
  ['regular', 'with missing', 150],
  ['regular', 'six digits', 140],
  ['regular', 'walk of decimals', 400],
  ['jitter', 'wide decimals', 140],
  ['extremes', 'wide integers', 70],
  ['anywhere', 'bits', 140],
  ['regular', 'float32', 140],
  ['regular', 'specials', 140],
  ['regular', 'constant', 1],
  ['regular', 'doubles', 0],
];

export const goldenChunks: readonly GoldenChunk[] = shapes.map(
  ([timestamps, values, count], i) => ({
    name: `${timestamps} ${values} ${count}`.replaceAll(' ', '-'),
    points: pointsOf(timestamps, values, count, i + 1),
    stats: i % 3 === 0,
  }),
);

export interface GoldenStream {
  readonly name: string;
  readonly batch: SampleBatch;
  readonly rowsPerBlock: number;
}

const orders = ['cyclic', 'with holes', 'runs', 'random'] as const;

export const goldenStreams: readonly GoldenStream[] = [
  ...orders.map((order, i) => ({
    name: order.replaceAll(' ', '-'),
    batch: interleaved({ series: 3 + i, rows: 200, order, seed: 40 + i }),
    rowsPerBlock: 90,
  })),
  ...Object.entries(mixedShapes).map(([name, names], i) => ({
    name: `values-${name}`,
    batch: mixed(names, 40, 50 + i),
    rowsPerBlock: 150,
  })),
  {
    name: 'one-row-each',
    batch: mixed(['ramp of decimals', 'constant', 'six digits'], 4, 60),
    rowsPerBlock: 3,
  },
  { name: 'one-pattern-each', batch: mixed(mixedShapes['bits']!, 4, 61), rowsPerBlock: 3 },
];
