/**
 * One contender in a process of its own: `measure.ts chunk NAME DATASET SIZE PASSES` or `measure.ts batch NAME ROWS PASSES`. First it
 * gives back what it was given, bit by bit, or fails; then it is timed. Writes a line of JSON.
 */
import { interleavedBatch, chunksOf, readSeries } from './datasets.ts';
import { batchContenders, emptyColumns } from './batch-contenders.ts';
import { chunkContenders } from './chunk-contenders.ts';

/** Chunks that are timed together. */
const PIECE = 32;
/** How long passes go on at least, so that every contender is compiled as well as it will be. */
const LEAST_MS = 1000;

/** What one contender took. */
export interface Measure {
  readonly points: number;
  readonly bytes: number;
  /** Least time of each piece, summed; ns a point. */
  readonly encodeNs: number;
  readonly decodeNs: number;
  /** Bytes of the JavaScript heap allocated by a call. */
  readonly encodeHeapBytes: number;
  readonly decodeHeapBytes: number;
}

const [form, name, ...rest] = process.argv.slice(2);
const measure = form === 'chunk' ? await ofChunks(rest) : ofBatch(rest);
process.stdout.write(`${JSON.stringify(measure)}\n`);

async function ofChunks([dataset, sizeText, passes]: readonly string[]): Promise<Measure> {
  const size = Number(sizeText);
  const contender = chunkContenders.find((one) => one.name === name)!;
  const chunks = chunksOf(await readSeries(dataset!), size);
  const columns = { timestampsMs: new Float64Array(size), values: new Float64Array(size) };
  const encoded = chunks.map((points) => {
    const bytes = contender.encode(points).slice();
    if (contender.decode(bytes, columns) !== points.length) throw new Error('another count');
    expectBits(columns.timestampsMs, points.timestampsMs, points.length);
    // JSON has no -0: it is let through with 0.
    const isJson = contender.name.startsWith('JSON');
    expectBits(
      columns.values,
      isJson ? points.values.map((v) => v + 0) : points.values,
      points.length,
    );
    return bytes;
  });
  const starts = Array.from({ length: Math.ceil(chunks.length / PIECE) }, (_, k) => k * PIECE);
  const encode = starts.map((start) => () => {
    for (const points of chunks.slice(start, start + PIECE)) contender.encode(points);
  });
  const decode = starts.map((start) => () => {
    for (const bytes of encoded.slice(start, start + PIECE)) contender.decode(bytes, columns);
  });
  const points = chunks.reduce((sum, { length }) => sum + length, 0);
  return {
    points,
    bytes: encoded.reduce((sum, { length }) => sum + length, 0),
    encodeNs: leastNs(encode, Number(passes)) / points,
    decodeNs: leastNs(decode, Number(passes)) / points,
    encodeHeapBytes: heapBytes(() => contender.encode(chunks[0]!)),
    decodeHeapBytes: heapBytes(() => contender.decode(encoded[0]!, columns)),
  };
}

function ofBatch([rowsText, passes]: readonly string[]): Measure {
  const rows = Number(rowsText);
  const contender = batchContenders.find((one) => one.name === name)!;
  const batch = interleavedBatch(rows);
  const bytes = contender.encode(batch).slice();
  const back = emptyColumns(rows);
  contender.decode(bytes, back);
  if (back.length !== rows) throw new Error('another count');
  expectBits(back.timestampsMs, batch.timestampsMs, rows);
  expectBits(back.values, batch.values, rows);
  for (let row = 0; row < rows; row++) {
    const text = back.dictionary.text(back.slots[row]!);
    if (text !== batch.dictionary.text(batch.slots[row]!))
      throw new Error(`another id: row ${row}`);
  }
  const columns = emptyColumns(rows);
  const encode = (): void => {
    contender.encode(batch);
  };
  const decode = (): void => {
    columns.length = 0;
    contender.decode(bytes, columns);
  };
  return {
    points: rows,
    bytes: bytes.length,
    encodeNs: leastNs([encode], Number(passes)) / rows,
    decodeNs: leastNs([decode], Number(passes)) / rows,
    encodeHeapBytes: heapBytes(encode),
    decodeHeapBytes: heapBytes(decode),
  };
}

function expectBits(actual: Float64Array, expected: Float64Array, length: number): void {
  const a = new BigUint64Array(actual.buffer, actual.byteOffset, length);
  const b = new BigUint64Array(expected.buffer, expected.byteOffset, length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) throw new Error(`another value: point ${i}`);
}

/**
 * The sum over all pieces of the least time that each took in some passes, after one to warm up; passes go on for a second if these
 * were done before. Pieces are short, so that a disturbance of the machine meets few of them, and none in every pass.
 */
function leastNs(pieces: readonly (() => void)[], passes: number): number {
  const least = pieces.map(() => Number.POSITIVE_INFINITY);
  const end = passes > 1 ? performance.now() + LEAST_MS : 0;
  for (let k = 0; k <= passes || performance.now() < end; k++) {
    for (const [i, piece] of pieces.entries()) {
      const start = performance.now();
      piece();
      if (k > 0) least[i] = Math.min(least[i]!, performance.now() - start);
    }
  }
  return least.reduce((sum, ms) => sum + ms, 0) * 1e6;
}

/** The mean growth of the heap by a call; the process has a nursery large enough that nothing is collected meanwhile. */
function heapBytes(call: () => void): number {
  const calls = 16;
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let k = 0; k < calls; k++) call();
  return Math.max(0, Math.round((process.memoryUsage().heapUsed - before) / calls));
}
