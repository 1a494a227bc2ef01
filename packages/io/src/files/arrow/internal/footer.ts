/**
 * What the footer of an Arrow file says of its messages: some writers put the schema nowhere else (Arrow's own for JavaScript), or at
 * the start in a form that is no message, and dictionaries after the batches that need them (polars 2).
 *
 *     file := ... footer int32 (its size) "ARROW1"
 */
import type { Block } from 'apache-arrow/fb/block';
import { Footer as FooterTable } from 'apache-arrow/fb/footer';
import type { Schema } from 'apache-arrow/fb/schema';
import { ByteBuffer } from 'flatbuffers';
import type { FileStorage, RandomAccess } from '../../file-storage.ts';
import { Damage } from '../../internal/damage.ts';
import { ByteTaker } from './byte-taker.ts';
import { BODY_BYTES_MAX, checkSchema } from './message-guard.ts';
import { METADATA_BYTES_MAX, nextMessage, type CheckedMessage } from './next-message.ts';

const MAGIC = 'ARROW1';
const TAIL_BYTES = 10;
const FOOTER_BYTES_MAX = 64 << 20;
/** What a block takes in the footer. */
const BLOCK_BYTES = 24;

export interface ArrowFooter {
  readonly schema: Schema;
  readonly dictionaries: readonly CheckedMessage[];
  /** Where in the file the first dictionary or record batch begins; null where there is none. */
  readonly firstBlock: number | null;
}

/** Throws Damage where the file does not end in a footer, or where it does not fit the file. */
export async function readFooter(storage: FileStorage, path: string): Promise<ArrowFooter> {
  const file = await storage.open(path);
  try {
    const footer = await footerBytes(file);
    const table = FooterTable.getRootAsFooter(new ByteBuffer(footer));
    const dictionaries: CheckedMessage[] = [];
    const batch = blocks(table.recordBatchesLength(), footer, (i) => table.recordBatches(i)).next();
    let firstBlock = batch.done === true ? Number.POSITIVE_INFINITY : Number(batch.value.offset());
    for (const block of blocks(table.dictionariesLength(), footer, (i) => table.dictionaries(i))) {
      firstBlock = Math.min(firstBlock, Number(block.offset()));
      dictionaries.push(await readDictionary(file, block));
    }
    return {
      schema: checkedSchema(table, footer.length),
      dictionaries,
      firstBlock: Number.isFinite(firstBlock) ? firstBlock : null,
    };
  } finally {
    await file.close();
  }
}

function checkedSchema(table: FooterTable, size: number): Schema {
  const schema = table.schema();
  if (schema === null) throw new Damage('a footer without a schema');
  checkSchema(schema, size);
  return schema;
}

function* blocks(
  count: number,
  footer: Uint8Array,
  at: (index: number) => Block | null,
): Generator<Block> {
  if (!(count >= 0 && count * BLOCK_BYTES <= footer.length)) {
    throw new Damage(`${count} blocks in a footer of ${footer.length} bytes`);
  }
  for (let i = 0; i < count; i++) {
    const block = at(i);
    if (block !== null) yield block;
  }
}

async function readDictionary(file: RandomAccess, block: Block): Promise<CheckedMessage> {
  const offset = Number(block.offset());
  const metadata = block.metaDataLength();
  const body = Number(block.bodyLength());
  const isWithin =
    offset >= 0 &&
    metadata >= 0 &&
    metadata <= METADATA_BYTES_MAX &&
    body >= 0 &&
    body <= BODY_BYTES_MAX &&
    offset + metadata + body <= file.sizeBytes;
  if (!isWithin) throw new Damage(`a footer with a dictionary at byte ${offset}`);
  const bytes = await readAt(file, offset, metadata + body);
  const message = await nextMessage(new ByteTaker(single(bytes)));
  if (message?.kind !== 'dictionary') {
    throw new Damage(`a footer with a dictionary at byte ${offset}, where there is none`);
  }
  return message;
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function footerBytes(file: RandomAccess): Promise<Uint8Array> {
  const size = file.sizeBytes;
  const tail = Buffer.from(
    await readAt(file, Math.max(0, size - TAIL_BYTES), Math.min(TAIL_BYTES, size)),
  );
  const isWhole = tail.length === TAIL_BYTES && tail.toString('latin1', 4) === MAGIC;
  if (!isWhole)
    throw new Damage('it has neither a schema at its start nor a footer: it is cut off');
  const length = tail.readInt32LE(0);
  if (length < 8 || length > FOOTER_BYTES_MAX || length > size - TAIL_BYTES) {
    throw new Damage(`a footer of ${length} bytes in a file of ${size}`);
  }
  return readAt(file, size - TAIL_BYTES - length, length);
}

async function readAt(file: RandomAccess, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Damage('it ends within its footer');
    done += bytesRead;
  }
  return bytes;
}
