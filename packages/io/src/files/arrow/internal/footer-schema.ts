/**
 * The schema from the footer of an Arrow file, as a message: some writers (Arrow's own for JavaScript) put it nowhere else.
 *
 *     file := ... footer int32 (its size) "ARROW1"
 */
import { Message } from 'apache-arrow';
import { Footer as FooterTable } from 'apache-arrow/fb/footer';
import { Footer } from 'apache-arrow/ipc/metadata/file';
import { ByteBuffer } from 'flatbuffers';
import type { FileStorage } from '../../file-storage.ts';
import { Damage } from '../../internal/damage.ts';
import { checkSchema } from './message-guard.ts';

const MAGIC = 'ARROW1';
const TAIL_BYTES = 10;
const FOOTER_BYTES_MAX = 64 << 20;
const ALIGNMENT = 8;

/** The schema's message with its prefix. Throws Damage where the file does not end in a footer. */
export async function footerSchema(storage: FileStorage, path: string): Promise<Uint8Array> {
  const footer = await readFooter(storage, path);
  const schema = FooterTable.getRootAsFooter(new ByteBuffer(footer)).schema();
  if (schema === null) throw new Damage('a footer without a schema');
  checkSchema(schema, footer.length);
  const metadata = Message.encode(Message.from(Footer.decode(footer).schema));
  const size = Math.ceil(metadata.length / ALIGNMENT) * ALIGNMENT;
  const message = new Uint8Array(8 + size);
  const view = new DataView(message.buffer);
  view.setInt32(0, -1, true);
  view.setInt32(4, size, true);
  message.set(metadata, 8);
  return message;
}

async function readFooter(storage: FileStorage, path: string): Promise<Uint8Array> {
  const file = await storage.open(path);
  try {
    const size = file.sizeBytes;
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, size));
    await file.read(tail, 0, tail.length, size - tail.length);
    const isWhole = tail.length === TAIL_BYTES && tail.toString('latin1', 4) === MAGIC;
    if (!isWhole)
      throw new Damage('it has neither a schema at its start nor a footer: it is cut off');
    const length = tail.readInt32LE(0);
    if (length < 8 || length > FOOTER_BYTES_MAX || length > size - TAIL_BYTES) {
      throw new Damage(`a footer of ${length} bytes in a file of ${size}`);
    }
    const footer = Buffer.alloc(length);
    await file.read(footer, 0, length, size - TAIL_BYTES - length);
    return new Uint8Array(footer);
  } finally {
    await file.close();
  }
}
