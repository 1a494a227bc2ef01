/** A file of samples of any form: those of packages/io, streams, and chunks. */
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import {
  MetricDictionary,
  SampleColumns,
  WindrowError,
  formatTime,
  messageOf,
  type DeadLetter,
  type SampleBatch,
} from '@windrow/core';
import {
  CHUNK_POINTS_MAX,
  StreamDecoder,
  decodeChunk,
  readChunkInfo,
  type ChunkInfo,
} from '@windrow/codecs';
import { fileSource } from '@windrow/io';

const STREAM_MARK = 'f7574e53';
const CHUNK_MARK = 'c1';
/** The metric of a chunk of which nobody said it. */
const NIL_ID = '00000000-0000-0000-0000-000000000000';
const NO_MORE_THAN_CHUNK_BYTES = 1024 + 20 * CHUNK_POINTS_MAX;

/** A file that was opened; each `read` starts anew. */
export interface SampleInput {
  readonly path: string;
  readonly sizeBytes: number;
  /** `stream`, `chunk`, or as its extension says. */
  readonly form: string;
  /** What the file says of itself beyond its samples, as names and texts. */
  readonly facts: () => Promise<readonly (readonly [name: string, text: string])[]>;
  /** All samples, or those of the one metric asked for. A batch is valid until the next one is asked for. */
  readonly read: (
    dictionary: MetricDictionary,
    reject: (letter: DeadLetter) => void,
  ) => AsyncIterable<SampleBatch>;
  /** A dictionary for `read`: open, or with nothing but the metric asked for. */
  readonly dictionary: () => MetricDictionary;
}

/**
 * Opens a file.
 * @param metric only its samples are read, null: all; it names the metric of a chunk
 * @throws WindrowError INPUT where there is none
 */
export async function openInput(path: string, metric: string | null): Promise<SampleInput> {
  const mark = await firstBytes(path);
  const { size } = await stat(path);
  const dictionary = (): MetricDictionary =>
    metric === null ? new MetricDictionary() : MetricDictionary.of([metric]);
  const base = { path, sizeBytes: size, dictionary };
  if (mark === STREAM_MARK) {
    return {
      ...base,
      form: 'stream',
      facts: () => Promise.resolve([]),
      read: (ids, reject) => readStream(path, ids, reject),
    };
  }
  if (mark.startsWith(CHUNK_MARK) && size <= NO_MORE_THAN_CHUNK_BYTES) {
    return {
      ...base,
      form: 'chunk',
      facts: () => chunkFacts(path),
      read: (ids, reject) => readChunk(path, metric ?? NIL_ID, ids, reject),
    };
  }
  const form = path.replace(/^.*?\.([^./\\]+(?:\.(?:gz|zst))?)$/, '$1');
  const facts = (): Promise<readonly (readonly [string, string])[]> => fileFacts(path);
  return { ...base, form, facts, read: (ids, reject) => readFileSource(path, ids, reject) };
}

async function firstBytes(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('hex', 0, bytesRead);
  } catch (error) {
    throw new WindrowError('INPUT', `${path}: cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function letter(source: string, reason: string): DeadLetter {
  return { heading: 'quarantined', source, row: null, reason, raw: null };
}

async function* readStream(
  path: string,
  dictionary: MetricDictionary,
  reject: (letter: DeadLetter) => void,
): AsyncGenerator<SampleBatch> {
  const decoder = new StreamDecoder(dictionary, ({ offset, sizeBytes, reason }) =>
    reject(letter(path, `${sizeBytes} bytes from byte ${offset} on: ${reason}`)),
  );
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const piece of file) yield* decoder.push(piece as Uint8Array);
  yield* decoder.end();
}

async function* readChunk(
  path: string,
  metric: string,
  dictionary: MetricDictionary,
  reject: (letter: DeadLetter) => void,
): AsyncGenerator<SampleBatch> {
  const bytes = await readFile(path);
  try {
    const { count } = readChunkInfo(bytes, 0, bytes.length);
    const batch = new SampleColumns(dictionary, count);
    batch.slots.fill(dictionary.intern(metric));
    batch.length = decodeChunk(bytes, 0, bytes.length, batch);
    yield batch;
  } catch (error) {
    if (!(error instanceof WindrowError)) throw error;
    reject(letter(path, error.message));
  }
}

async function* readFileSource(
  path: string,
  dictionary: MetricDictionary,
  reject: (letter: DeadLetter) => void,
): AsyncGenerator<SampleBatch> {
  const source = fileSource(path);
  for (const split of await source.splits(null)) {
    yield* source.read(split, { dictionary, range: null, reject });
  }
}

async function chunkFacts(path: string): Promise<readonly (readonly [string, string])[]> {
  const bytes = await readFile(path);
  let info: ChunkInfo;
  try {
    info = readChunkInfo(bytes, 0, bytes.length);
  } catch (error) {
    return [['damage', messageOf(error)]];
  }
  const { version, stats } = info;
  const facts: [string, string][] = [['version', String(version)]];
  if (stats === null) return [...facts, ['statistics', 'none']];
  return [
    ...facts,
    ['statistics: time', `${formatTime(stats.minMs)} to ${formatTime(stats.maxMs)}`],
    ['statistics: values', `${stats.min} to ${stats.max}`],
    ['statistics: first, last', `${stats.first}, ${stats.last}`],
  ];
}

/** Parts of a file, where there are several. */
async function fileFacts(path: string): Promise<readonly (readonly [string, string])[]> {
  const splits = await fileSource(path).splits(null);
  return splits.length > 1 ? [['parts', String(splits.length)]] : [];
}
