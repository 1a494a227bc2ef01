/** `npm run bench -- codecs`: bytes and speed of the codecs, beside what else a JavaScript program could use. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { encodeGorilla } from '../../../packages/codecs/test/size/gorilla.ts';
import type { Benchmark } from '../benchmark.ts';
import { writeReport, type Section } from '../report/report.ts';
import { batchContenders } from './batch-contenders.ts';
import { chunkContenders } from './chunk-contenders.ts';
import { chunksOf, datasetNames, readSeries } from './datasets.ts';
import type { Measure } from './measure.ts';
import { wholeFiles, type WholeFile } from './whole-files.ts';

const PROGRAM = join(import.meta.dirname, 'measure.ts');
const FLAGS = [
  '--conditions=windrow-source',
  '--expose-gc',
  '--max-semi-space-size=256',
  '--disable-warning=ExperimentalWarning',
];
const MEGA = 1000;

/** Of the rounds, the middle one of each number. */
interface Timed extends Measure {
  readonly name: string;
  readonly what: string;
}

interface ChunkResult {
  readonly dataset: string;
  readonly size: number;
  readonly contenders: readonly Timed[];
  readonly gorillaBytes: number;
  readonly files: readonly WholeFile[];
}

export const codecs: Benchmark = async ({ small, results, date, rounds, say }) => {
  const chunkResults: ChunkResult[] = [];
  for (const dataset of datasetNames(small)) {
    const series = await readSeries(dataset);
    const files = await wholeFiles(series);
    for (const size of small ? [128] : [128, 1024]) {
      const args = [dataset, String(size), small ? '1' : '8'];
      const contenders = timed('chunk', chunkContenders, args, rounds, say);
      const parts = chunksOf(series, size);
      const gorillaBytes = parts.reduce((sum, part) => sum + encodeGorilla(part)!.length, 0);
      chunkResults.push({ dataset, size, contenders, gorillaBytes, files });
    }
  }
  const rows = small ? 10_000 : 100_000;
  const batch = timed('batch', batchContenders, [String(rows), small ? '1' : '40'], rounds, say);
  return writeReport(
    {
      name: 'codecs',
      title: 'Codecs: bytes a point and speed',
      text: [
        `Every contender first gave back what it was given, bit by bit (JSON but for the sign of zero). Then each ran in ${rounds} fresh processes, in turns, on one thread; a number is the middle one of the processes, each of which added up the least times that its pieces (32 chunks, or all samples) took in its passes. \`M/s\` is millions of points a second, decoding into columns that are there already.`,
        'Chunks: the points of each metric, cut; timestamps, heads and checksums are included. Files: all points of the data set at once, sorted by metric and time, so that their heads and dictionaries weigh nothing. `liveline` (85 sensors of an extrusion line) and `wells` (7 sensors of an oil well) are real; `made` is not.',
        'The loops of the record, the chunk and the stream are WebAssembly with vectors of 128 bits, and the same in JavaScript where there are none. A chunk of 128 points is short of speed by what each chunk takes, whatever its size: about 0.4 µs to decode it (its checksum, its heads, two copies) and about 0.7 µs to encode it. Copies of raw arrays are faster than any code that looks at a point.',
      ],
      sections: [...chunkResults.map(chunkSection), batchSection(batch, rows)],
      data: { rounds, chunks: chunkResults, batch: { rows, contenders: batch } },
    },
    { folder: results, date, packages: ['apache-arrow', '@duckdb/node-api'], small },
  );
};

function timed(
  form: 'chunk' | 'batch',
  contenders: readonly { readonly name: string; readonly what: string }[],
  args: readonly string[],
  rounds: number,
  say: (line: string) => void,
): readonly Timed[] {
  const measures = contenders.map((): Measure[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { name }] of contenders.entries()) {
      say(`codecs: ${form} ${args.join(' ')}: ${name}, round ${round} of ${rounds}`);
      const line = execFileSync(process.execPath, [...FLAGS, PROGRAM, form, name, ...args], {
        encoding: 'utf8',
      });
      measures[i]!.push(JSON.parse(line) as Measure);
    }
  }
  return contenders.map(({ name, what }, i) => ({ name, what, ...middle(measures[i]!) }));
}

function middle(measures: readonly Measure[]): Measure {
  const of = (key: keyof Measure): number => {
    const sorted = measures.map((measure) => measure[key]).toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)]!;
  };
  return {
    points: of('points'),
    bytes: of('bytes'),
    encodeNs: of('encodeNs'),
    decodeNs: of('decodeNs'),
    encodeHeapBytes: of('encodeHeapBytes'),
    decodeHeapBytes: of('decodeHeapBytes'),
  };
}

function chunkSection({ dataset, size, contenders, gorillaBytes, files }: ChunkResult): Section {
  const [ours] = contenders;
  const points = ours!.points;
  const perPoint = (bytes: number): string => (bytes / points).toFixed(3);
  const ratio = (bytes: number): string => `${(bytes / ours!.bytes).toFixed(2)}x`;
  const rows = [
    ...contenders.map((one) => [
      one.name,
      perPoint(one.bytes),
      ratio(one.bytes),
      ...speeds(one, ours!),
      String(one.encodeHeapBytes),
      String(one.decodeHeapBytes),
    ]),
    ['Gorilla', perPoint(gorillaBytes), ratio(gorillaBytes), '', '', '', '', '', ''],
    ...files.map(({ name, bytes }) => [
      name,
      perPoint(bytes),
      ratio(bytes),
      '',
      '',
      '',
      '',
      '',
      '',
    ]),
  ];
  const peers = [
    { name: 'Gorilla', bytes: gorillaBytes },
    ...contenders.slice(1),
    ...files.filter(({ name }) => !name.startsWith('stream')),
  ];
  return {
    title: `${dataset}, chunks of ${size} points`,
    columns: [
      'form',
      'bytes a point',
      'of the chunk',
      'encode M/s',
      'of the chunk',
      'decode M/s',
      'of the chunk',
      'heap bytes a call, encode',
      'decode',
    ],
    rows,
    notes: [`${lead(ours!.bytes, peers)}.`],
  };
}

/** How we stand against the smallest of the others. */
function lead(ours: number, peers: readonly WholeFile[]): string {
  const best = peers.reduce((least, peer) => (peer.bytes < least.bytes ? peer : least));
  const percent = Math.round(100 * Math.abs(1 - ours / best.bytes));
  const how = ours <= best.bytes ? 'smaller' : 'larger';
  return `The chunk is ${percent} % ${how} than the smallest of the others, ${best.name}`;
}

function speeds(one: Timed, ours: Timed): string[] {
  return [
    (MEGA / one.encodeNs).toFixed(1),
    `${(ours.encodeNs / one.encodeNs).toFixed(2)}x`,
    (MEGA / one.decodeNs).toFixed(1),
    `${(ours.decodeNs / one.decodeNs).toFixed(2)}x`,
  ];
}

function batchSection(contenders: readonly Timed[], rows: number): Section {
  const texts = contenders.filter(({ name }) => name === 'JSON' || name === 'JSON lines');
  const json = {
    ...texts[0]!,
    encodeNs: Math.min(...texts.map(({ encodeNs }) => encodeNs)),
    decodeNs: Math.min(...texts.map(({ decodeNs }) => decodeNs)),
  };
  return {
    title: `${rows} samples of 1000 interleaved metrics`,
    columns: [
      'form',
      'bytes a sample',
      'encode M/s',
      'of JSON',
      'decode M/s',
      'of JSON',
      'heap bytes a call, encode',
      'decode',
    ],
    rows: contenders.map((one) => [
      one.name,
      (one.bytes / one.points).toFixed(3),
      ...speeds(one, json),
      String(one.encodeHeapBytes),
      String(one.decodeHeapBytes),
    ]),
    notes: [
      'The ids are included, and decoding interns them: its result is columns of slots. `of JSON` is against the faster of its two forms, each time. A call takes all samples; those of the stream begin with an encoder or a decoder of their own.',
    ],
  };
}
