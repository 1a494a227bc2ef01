/**
 * The journal of one part of an interval: what was published for it and is not in a file yet. A hidden file beside the finished ones.
 *
 *     frame*     frame = length (uint32 LE) . CRC-32 of the payload (uint32 LE) . payload
 *
 * The first payload is the header (JSON), each other one the rows of a publish (NDJSON). A frame that is cut off or does not match its
 * CRC ends the journal: it was never acknowledged.
 */
import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { parseRows, type PredictionRow } from './prediction-row.ts';

const VERSION = 1;
const FRAME_HEAD_BYTES = 8;
/** One publish is some thousand rows; a length beyond this is damage. */
const PAYLOAD_BYTES_MAX = 1 << 30;
const CHUNK_BYTES = 1 << 20;
const JOURNAL_NAME = /^\.(.+)\.journal$/;
const FINISHED_NAME = /^\.(.+)\.finished$/;

/** Which rows a journal holds: those of windows that end in `(startMs, endMs]`. */
export interface PartHeader {
  readonly startMs: number;
  readonly endMs: number;
  /** 1 for the interval's first file, then 2, 3, ... */
  readonly number: number;
}

/** A journal that was found on disk. */
export interface FoundJournal {
  readonly path: string;
  readonly header: PartHeader;
  /** Up to the last whole frame. */
  readonly sizeBytes: number;
  readonly rowCount: number;
}

export function journalPath(folder: string, partName: string): string {
  return join(folder, `.${partName}.journal`);
}

/** Where a journal goes when its file is there: kept for a while, for the names in it. */
export function finishedPath(folder: string, partName: string): string {
  return join(folder, `.${partName}.finished`);
}

/** The first frame of a journal. */
export function headerFrame(header: PartHeader): Uint8Array {
  return frame(Buffer.from(JSON.stringify({ version: VERSION, ...header })));
}

/** A payload as it is appended. */
export function frame(payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(FRAME_HEAD_BYTES + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  bytes.writeUInt32LE(crc32(payload), 4);
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

/** Journals of a folder, in the order of their names; those without a whole header are left out: nothing was published to them. */
export async function findJournals(
  folder: string,
  kind: 'open' | 'finished',
): Promise<FoundJournal[]> {
  const pattern = kind === 'open' ? JOURNAL_NAME : FINISHED_NAME;
  const names = (await readdir(folder)).filter((name) => pattern.test(name)).toSorted();
  const journals: FoundJournal[] = [];
  for (const name of names) {
    const found = await readHeader(join(folder, name));
    if (found !== null) journals.push(found);
  }
  return journals;
}

async function readHeader(path: string): Promise<FoundJournal | null> {
  let header: PartHeader | null = null;
  let sizeBytes = 0;
  let rowCount = 0;
  for await (const payload of payloads(path)) {
    sizeBytes += FRAME_HEAD_BYTES + payload.length;
    if (header === null) header = parseHeader(payload.toString());
    else rowCount += countLines(payload);
    if (header === null) return null;
  }
  return header === null ? null : { path, header, sizeBytes, rowCount };
}

function parseHeader(text: string): PartHeader | null {
  const { version, startMs, endMs, number } = JSON.parse(text) as Record<string, unknown>;
  if (version !== VERSION) return null;
  const numbers = [startMs, endMs, number].map(Number);
  return numbers.every(Number.isSafeInteger)
    ? { startMs: numbers[0]!, endMs: numbers[1]!, number: numbers[2]! }
    : null;
}

function countLines(payload: Uint8Array): number {
  let count = 0;
  for (const byte of payload) count += byte === 0x0a ? 1 : 0;
  return count;
}

/** The rows of a journal, publish by publish. */
export async function* journalRows(path: string): AsyncGenerator<PredictionRow[]> {
  let isHeader = true;
  for await (const payload of payloads(path)) {
    if (!isHeader) yield parseRows(payload.toString(), path);
    isHeader = false;
  }
}

async function* payloads(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  await handle.close();
  let left = size;
  let held: Buffer = Buffer.alloc(0);
  const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  for await (const chunk of stream) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= FRAME_HEAD_BYTES) {
      const length = held.readUInt32LE(0);
      const end = FRAME_HEAD_BYTES + length;
      if (length > PAYLOAD_BYTES_MAX || end > left) return;
      if (held.length < end) break;
      const payload = held.subarray(FRAME_HEAD_BYTES, end);
      if (crc32(payload) !== held.readUInt32LE(4)) return;
      yield payload;
      held = held.subarray(end);
      left -= end;
    }
  }
}
