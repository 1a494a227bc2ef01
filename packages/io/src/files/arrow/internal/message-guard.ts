/**
 * A look at the metadata of an Arrow message before the library builds anything from it: no count in it may exceed what
 * its bytes can hold, and no buffer may lie outside the body.
 */
import { BodyCompression } from 'apache-arrow/fb/body-compression';
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Endianness } from 'apache-arrow/fb/endianness';
import { Field } from 'apache-arrow/fb/field';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';
import { ByteBuffer } from 'flatbuffers';
import { Damage } from '../../internal/damage.ts';

/** Bytes of one record batch, as stored and after decompression. */
export const BODY_BYTES_MAX: number = 1 << 30;
const DEPTH_MAX = 16;
const FIELDS_MAX = 65_536;
/** What an entry of each vector takes at least in the metadata. */
const OFFSET_BYTES = 4;
const STRUCT_BYTES = 16;
const LENGTH_BYTES = 8;

export interface MessageInfo {
  readonly kind: 'schema' | 'dictionary' | 'batch' | 'other';
  readonly bodyBytes: number;
}

/** Checks a message's metadata. Throws Damage. */
export function inspectMessage(metadata: Uint8Array): MessageInfo {
  const message = Message.getRootAsMessage(new ByteBuffer(metadata));
  const bodyBytes = Number(message.bodyLength());
  if (!(bodyBytes >= 0)) throw new Damage(`a message of ${bodyBytes} bytes`);
  if (bodyBytes > BODY_BYTES_MAX) {
    throw new Damage(
      `a record batch of ${bodyBytes} bytes; the limit is ${BODY_BYTES_MAX}: write smaller batches`,
    );
  }
  const size = metadata.length;
  fits(message.customMetadataLength(), OFFSET_BYTES, size);
  switch (message.headerType()) {
    case MessageHeader.Schema:
      checkSchema(rootOf(message, new Schema()), size);
      return { kind: 'schema', bodyBytes };
    case MessageHeader.RecordBatch:
      checkBatch(rootOf(message, new RecordBatch()), size, bodyBytes);
      return { kind: 'batch', bodyBytes };
    case MessageHeader.DictionaryBatch: {
      const data = rootOf(message, new DictionaryBatch()).data();
      if (data === null) throw new Damage('a dictionary without data');
      checkBatch(data, size, bodyBytes);
      return { kind: 'dictionary', bodyBytes };
    }
    case MessageHeader.NONE:
    case MessageHeader.Tensor:
    case MessageHeader.SparseTensor:
      return { kind: 'other', bodyBytes };
    default:
      throw new Damage('a message of unknown kind');
  }
}

function rootOf<Table>(message: Message, table: Table): Table {
  const header = message.header(table) as Table | null;
  if (header === null) throw new Damage('a message without its header');
  return header;
}

/** A count of entries of `entryBytes` each must fit in `size` bytes. */
function fits(count: number, entryBytes: number, size: number): void {
  if (!(count >= 0 && count * entryBytes <= size)) {
    throw new Damage(`${count} entries in message metadata of ${size} bytes`);
  }
}

/** Checks the counts in a schema that is part of `size` bytes of metadata. Throws Damage. */
export function checkSchema(schema: Schema, size: number): void {
  if (schema.endianness() !== Endianness.Little)
    throw new Damage('big-endian data, expected little-endian');
  fits(schema.customMetadataLength(), OFFSET_BYTES, size);
  fits(schema.featuresLength(), LENGTH_BYTES, size);
  fits(schema.fieldsLength(), OFFSET_BYTES, size);
  const budget = { fields: FIELDS_MAX };
  for (let i = 0; i < schema.fieldsLength(); i++) {
    const field = schema.fields(i, new Field());
    if (field !== null) checkField(field, size, budget, 0);
  }
}

function checkField(field: Field, size: number, budget: { fields: number }, depth: number): void {
  if (depth > DEPTH_MAX || --budget.fields < 0) throw new Damage('too many or too deep fields');
  fits(field.customMetadataLength(), OFFSET_BYTES, size);
  fits(field.childrenLength(), OFFSET_BYTES, size);
  for (let i = 0; i < field.childrenLength(); i++) {
    const child = field.children(i, new Field());
    if (child !== null) checkField(child, size, budget, depth + 1);
  }
}

function checkBatch(batch: RecordBatch, size: number, bodyBytes: number): void {
  fits(batch.nodesLength(), STRUCT_BYTES, size);
  fits(batch.buffersLength(), STRUCT_BYTES, size);
  fits(batch.variadicBufferCountsLength(), LENGTH_BYTES, size);
  const rows = Number(batch.length());
  if (!(rows >= 0 && rows <= BODY_BYTES_MAX)) throw new Damage(`a record batch of ${rows} rows`);
  for (let i = 0; i < batch.buffersLength(); i++) {
    const buffer = batch.buffers(i);
    const start = Number(buffer?.offset() ?? -1n);
    const length = Number(buffer?.length() ?? -1n);
    if (!(start >= 0 && length >= 0 && start + length <= bodyBytes)) {
      throw new Damage(`a buffer at bytes ${start} to ${start + length} of a body of ${bodyBytes}`);
    }
  }
}

/**
 * The bytes that the buffers of a compressed message say they unpack to; 0 where it is not compressed.
 * Each buffer begins with that number as an int64; -1 marks one that is stored as it is.
 */
export function unpackedBytes(metadata: Uint8Array, body: Uint8Array): number {
  const message = Message.getRootAsMessage(new ByteBuffer(metadata));
  const batch =
    message.headerType() === MessageHeader.DictionaryBatch
      ? rootOf(message, new DictionaryBatch()).data()
      : rootOf(message, new RecordBatch());
  if (batch === null || batch.compression(new BodyCompression()) === null) return 0;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let total = 0;
  for (let i = 0; i < batch.buffersLength(); i++) {
    const buffer = batch.buffers(i);
    if (buffer === null || buffer.length() === 0n) continue;
    if (buffer.length() < 8n) throw new Damage('a compressed buffer without its length');
    total += Math.max(0, Number(view.getBigInt64(Number(buffer.offset()), true)));
  }
  return total;
}
