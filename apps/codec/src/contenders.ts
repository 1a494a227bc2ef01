/** The forms that `compare` tries: those of packages/codecs in memory, the others as files. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MetricDictionary, SampleColumns, type SampleBatch } from '@windrow/core';
import {
  RECORD_BYTES,
  StreamDecoder,
  StreamEncoder,
  chunkBytesMax,
  decodeChunk,
  decodeRecords,
  encodeChunk,
  encodeRecords,
  type ChunkPoints,
} from '@windrow/codecs';
import { fileSource, openSampleSink } from '@windrow/io';

export interface Contender {
  readonly name: string;
  /** Encodes all samples and gives the bytes they take. */
  encode(): Promise<number>;
  /** Decodes what was encoded last and hands its points on, in any order. */
  decode(take: TakePoints): Promise<void>;
}

/** Takes the first `length` points of two columns, which are valid during the call. */
type TakePoints = (timestampsMs: Float64Array, values: Float64Array, length: number) => void;

export interface ContenderOptions {
  readonly pointsPerChunk: number;
  readonly rowsPerBlock: number;
}

/** Forms of files, by extension: JSON, Arrow and Parquet, alone and with zstd. */
const fileForms: readonly (readonly [name: string, extension: string])[] = [
  ['JSON', 'ndjson'],
  ['JSON + zstd', 'ndjson.zst'],
  ['CSV', 'csv'],
  ['CSV + zstd', 'csv.zst'],
  ['Arrow IPC', 'arrows'],
  ['Arrow IPC + zstd', 'arrows.zst'],
  ['Parquet', 'parquet'],
];

/** All contenders for a batch; files go to `folder`. */
export function contendersOf(
  batch: SampleBatch,
  folder: string,
  options: ContenderOptions,
): readonly Contender[] {
  return [
    recordContender(batch),
    streamContender(batch, options.rowsPerBlock),
    chunkContender(batch, options.pointsPerChunk),
    ...fileForms.map(([name, extension]) =>
      fileContender(`${name} (file)`, batch, join(folder, `samples.${extension}`)),
    ),
  ];
}

function recordContender(batch: SampleBatch): Contender {
  const out = new Uint8Array(batch.length * RECORD_BYTES);
  return {
    name: 'record',
    encode: () => Promise.resolve(encodeRecords(batch, out, 0)),
    decode: (take) => {
      const columns = new SampleColumns(new MetricDictionary(), batch.length);
      decodeRecords(out, 0, out.length, columns);
      take(columns.timestampsMs, columns.values, columns.length);
      return Promise.resolve();
    },
  };
}

function streamContender(batch: SampleBatch, rowsPerBlock: number): Contender {
  let blocks: Uint8Array[] = [];
  return {
    name: `stream, blocks of ${rowsPerBlock}`,
    encode: () => {
      blocks = [];
      const encoder = new StreamEncoder({ rowsPerBlock });
      const keep = (bytes: Uint8Array): void => {
        blocks.push(new Uint8Array(bytes));
      };
      encoder.write(batch, keep);
      encoder.flush(keep);
      return Promise.resolve(sizeOf(blocks));
    },
    decode: (take) => {
      const decoder = new StreamDecoder(new MetricDictionary(), refuse);
      for (const block of blocks) {
        for (const { timestampsMs, values, length } of decoder.push(block)) {
          take(timestampsMs, values, length);
        }
      }
      return Promise.resolve();
    },
  };
}

/** The samples by metric, cut. The ids and sizes of chunks are their container's: they are not counted. */
function chunkContender(batch: SampleBatch, pointsPerChunk: number): Contender {
  const parts = cutByMetric(batch, pointsPerChunk);
  const room = new Uint8Array(chunkBytesMax(pointsPerChunk));
  const columns = {
    timestampsMs: new Float64Array(pointsPerChunk),
    values: new Float64Array(pointsPerChunk),
  };
  let chunks: Uint8Array[] = [];
  return {
    name: `chunk, ${pointsPerChunk} points`,
    encode: () => {
      chunks = parts.map((points) => room.slice(0, encodeChunk(points, room, 0)));
      return Promise.resolve(sizeOf(chunks));
    },
    decode: (take) => {
      for (const chunk of chunks) {
        const length = decodeChunk(chunk, 0, chunk.length, columns);
        take(columns.timestampsMs, columns.values, length);
      }
      return Promise.resolve();
    },
  };
}

function cutByMetric(batch: SampleBatch, size: number): readonly ChunkPoints[] {
  const { length, slots, timestampsMs, values, dictionary } = batch;
  const rowsOf: number[][] = Array.from({ length: dictionary.size }, () => []);
  for (let row = 0; row < length; row++) rowsOf[slots[row]!]!.push(row);
  const parts: ChunkPoints[] = [];
  for (const rows of rowsOf) {
    for (let from = 0; from < rows.length; from += size) {
      const part = rows.slice(from, from + size);
      parts.push({
        length: part.length,
        timestampsMs: Float64Array.from(part, (row) => timestampsMs[row]!),
        values: Float64Array.from(part, (row) => values[row]!),
      });
    }
  }
  return parts;
}

function fileContender(name: string, batch: SampleBatch, path: string): Contender {
  return {
    name,
    encode: async () => {
      const sink = await openSampleSink(path);
      await sink.write(batch);
      await sink.commit();
      return (await stat(path)).size;
    },
    decode: async (take) => {
      const source = fileSource(path);
      const dictionary = new MetricDictionary();
      for (const split of await source.splits(null)) {
        for await (const { timestampsMs, values, length } of source.read(split, {
          dictionary,
          range: null,
          reject: refuse,
        })) {
          take(timestampsMs, values, length);
        }
      }
    },
  };
}

/** Nothing that was written here may be refused. */
function refuse({ reason }: { readonly reason: string }): void {
  throw new Error(reason);
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
