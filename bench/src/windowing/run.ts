/** `npm run bench -- windowing`: what the engine takes for samples, steps, late samples and snapshots. */
import { formatBytes, formatSi } from '@windrow/cli';
import type { Benchmark } from '../benchmark.ts';
import { writeReport, type Section } from '../report/report.ts';
import {
  firstPartPause,
  columnarRate,
  heapBytesPerSample,
  lateUpdateNs,
  manyWindows,
  parsedRate,
  perElementRate,
  plantOf,
  slideOf,
  snapshotPauses,
  snapshotRates,
  stateRatio,
  stepNs,
  type SnapshotPauses,
} from './cases.ts';

type Measure = () => number;

interface Figures {
  readonly columnar: number;
  readonly objects: number;
  readonly json: number;
  readonly one: number;
  readonly many: number;
  readonly oneElement: number;
  readonly manyElements: number;
  readonly slow: number;
  readonly fast: number;
  readonly late: number;
  /** Of 128, 1024 and 8192 cells, each lent and copied. */
  readonly steps: readonly (readonly [lent: number, copied: number])[];
  readonly heapBytes: number;
  readonly pauses: SnapshotPauses;
  /** Of the first part of a full engine, in ms. */
  readonly firstPause: number;
  readonly snapshots: readonly [without: number, with_: number];
  readonly memory: number;
}

export const windowing: Benchmark = async ({ small, rounds, say, date, results }) => {
  const size = (seconds: number): number => (small ? Math.ceil(seconds / 50) : seconds);
  const values = (name: string, measure: Measure): number[] =>
    Array.from({ length: rounds }, (_, round) => {
      say(`windowing: ${name}, round ${round + 1} of ${rounds}`);
      return measure();
    });
  const rate = (name: string, measure: Measure): number => Math.max(...values(name, measure));
  const time = (name: string, measure: Measure): number => Math.min(...values(name, measure));
  const figures: Figures = {
    columnar: rate('columns', () => columnarRate(plantOf(size(4000)))),
    objects: rate('objects', () => parsedRate(plantOf(size(400)), 'objects')),
    json: rate('JSON lines', () => parsedRate(plantOf(size(200)), 'json')),
    one: rate('one window', () => columnarRate(manyWindows(1, size(7200)))),
    many: rate('300 windows', () => columnarRate(manyWindows(300, size(7200)))),
    oneElement: rate('one window, per element', () => perElementRate(1, size(20_000))),
    manyElements: rate('300 windows, per element', () => perElementRate(300, size(2000))),
    slow: rate('slide 60 s', () => columnarRate(slideOf(60, size(7200)))),
    fast: rate('slide 0.5 s', () => columnarRate(slideOf(0.5, size(7200)))),
    late: time('late updates', () => lateUpdateNs(small ? 20_000 : 200_000)),
    steps: [128, 1024, 8192].map((cells) => {
      say(`windowing: steps of ${cells} cells`);
      const [blocks, copied] = small ? [128, 64] : [20_480, 1280];
      return [stepNs(cells, blocks, 'view'), stepNs(cells, copied, 'by_the_hundred', 2)] as const;
    }),
    heapBytes: heapBytesPerSample(plantOf(size(3000))),
    pauses: snapshotPauses(size(3000)),
    firstPause: firstPartPause(size(1100)),
    snapshots: snapshotRates(size(48_000), small ? 20 : 1000),
    memory: stateRatio(),
  };
  const sections = [sampleSection(figures), operationSection(figures)];
  const text = [
    'Made in memory, live (5 s out of order), by CPU time of the process; the best of the rounds.',
  ];
  return Promise.resolve(
    writeReport(
      { name: 'windowing', title: 'Windowing', text, sections, data: { figures } },
      { folder: results, date, packages: [], small },
    ),
  );
};

function perSecond(value: number): string {
  return `${formatSi(value)}/s`;
}

function ratio(value: number): string {
  return value.toFixed(3);
}

function sampleSection(figures: Figures): Section {
  const { columnar, objects, json, one, many, oneElement, manyElements, slow, fast } = figures;
  const [without, withSnapshots] = figures.snapshots;
  return {
    title: 'Samples, of CPU time on one thread',
    columns: ['case', 'figure', 'goal'],
    rows: [
      [
        'columns into cells, windows and tensors (200 lines of 25 series, 300 s each 60 s)',
        perSecond(columnar),
        '8 M, 20 M',
      ],
      ['the same from objects', perSecond(objects), '4 M'],
      ['the same from lines of JSON', perSecond(json), '1 M'],
      ['300 windows on a metric, against one (line of 1000 series)', ratio(many / one), '0.95'],
      [
        'the same with one accumulator for every window and sample',
        ratio(manyElements / oneElement),
        '',
      ],
      ['slide of 0.5 s against 60 s (line of 1000 series)', ratio(fast / slow), '0.95'],
      ['with a snapshot every second, against none', ratio(withSnapshots / without), '0.95'],
      ['heap allocated for a sample, steady', `${figures.heapBytes.toFixed(1)} bytes`, 'none'],
    ],
    notes: [
      'What is allocated is allocated for batches and windows.',
      `One accumulator for every window and sample takes ${perSecond(oneElement)} with one window and ${perSecond(manyElements)} with 300.`,
    ],
  };
}

function ns(value: number): string {
  return `${value.toFixed(0)} ns`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function operationSection({ late, steps, pauses, firstPause, memory }: Figures): Section {
  const [short, middle, long] = steps;
  return {
    title: 'Single operations',
    columns: ['case', 'figure', 'goal'],
    rows: [
      ['a late sample that changes an open window', ns(late), '200 ns'],
      ['a step of a [64 x 128] window, tensor lent', ns(short![0]), ''],
      ['a step of a [64 x 1024] window, tensor lent', ns(middle![0]), '400 ns'],
      ['a step of a [64 x 8192] window, tensor lent', ns(long![0]), ''],
      ['a step at T = 8192 against T = 128', ratio(long![0] / short![0]), '1.3'],
      ['a step of a [64 x 128] window, tensor copied', ns(short![1]), ''],
      ['a step of a [64 x 1024] window, tensor copied', ns(middle![1]), ''],
      ['a step of a [64 x 8192] window, tensor copied', ns(long![1]), ''],
      [
        `a slice of a snapshot, ${formatBytes(pauses.stateBytes)} of state: longest`,
        ms(pauses.sliceMs[0]),
        '5 ms',
      ],
      ['the same, median', ms(pauses.sliceMs[1]), ''],
      ['a slice of the first part, where all of that is new: longest', ms(firstPause), '5 ms'],
      ['a part of a snapshot (13 s of changes) at once: longest', ms(pauses.partMs[0]), ''],
      ['the same, median', ms(pauses.partMs[1]), ''],
      ['the same, bytes of a part', formatBytes(pauses.partBytes), ''],
      ['state with 300 windows on a metric, against the largest alone', ratio(memory), '1.1'],
    ],
    notes: [
      'Steps by the wall clock, the least of five rounds for each 64 of them; what a lent tensor costs when it reaches the end of its buffer is in the mean.',
    ],
  };
}
