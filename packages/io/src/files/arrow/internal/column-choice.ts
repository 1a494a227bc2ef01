/**
 * The messages of an Arrow file without the columns that nobody asks for: whatever these hold, a type that the library does not
 * know or buffers that cannot be unpacked, is nobody's concern.
 *
 * Buffers stay where they are in a message's body. Only the metadata that lists them is written anew.
 */
import { Field, Message, Schema, type DataType } from 'apache-arrow';
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Field as FieldTable } from 'apache-arrow/fb/field';
import { Message as MessageTable } from 'apache-arrow/fb/message';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { Schema as SchemaTable } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import { RecordBatch, type BufferRegion, type FieldNode } from 'apache-arrow/ipc/metadata/message';
import { ByteBuffer } from 'flatbuffers';
import { Damage } from '../../internal/damage.ts';
import { columnLayout, type ColumnLayout } from './column-layout.ts';
import type { CheckedMessage } from './next-message.ts';

const ALIGNMENT = 8;

interface Column extends ColumnLayout {
  readonly isWanted: boolean;
}

export class ColumnChoice {
  readonly #expected: ReadonlyMap<string, string>;
  #columns: readonly Column[] = [];
  /** By id, what the dictionaries of the columns that are asked for hold. */
  readonly #dictionaries: Map<number, DataType> = new Map();
  #names: readonly string[] = [];

  /** @param expected the columns that are asked for, and what is expected of each, for messages */
  constructor(expected: ReadonlyMap<string, string>) {
    this.#expected = expected;
  }

  /** Of all columns of the schema, also those that nobody asks for. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** A schema's message with what is asked for. It comes first. Throws Damage. */
  schema(table: SchemaTable): Uint8Array {
    const columns: Column[] = [];
    const names: string[] = [];
    const fields: Field[] = [];
    for (let i = 0; i < table.fieldsLength(); i++) {
      const field = table.fields(i, new FieldTable())!;
      const name = field.name() ?? '';
      const expected = this.#expected.get(name);
      names.push(name);
      columns.push({ ...columnLayout(field), isWanted: expected !== undefined });
      if (expected !== undefined) fields.push(this.#decode(field, name, expected));
    }
    this.#columns = columns;
    this.#names = names;
    return framed(Message.from(new Schema(fields)));
  }

  #decode(field: FieldTable, name: string, expected: string): Field {
    try {
      return Field.decode(field, this.#dictionaries);
    } catch {
      throw new Damage(`column ${name}: found ${Type[field.typeType()]}, expected ${expected}`);
    }
  }

  /** What is left of a message after the schema's: its metadata with their prefix, then its body. Throws Damage. */
  *parts(message: CheckedMessage): Generator<Uint8Array> {
    const { kind, head, metadata, body } = message;
    if (kind === 'dictionary' && !this.#dictionaries.has(dictionaryId(metadata))) return;
    const isWhole = kind !== 'batch' || this.#columns.every(({ isWanted }) => isWanted);
    yield isWhole ? head : this.#batch(metadata);
    if (body.length > 0) yield body;
  }

  #batch(metadata: Uint8Array): Uint8Array {
    const message = Message.decode(metadata);
    const { length, nodes, buffers, compression, variadicBufferCounts } =
      message.header() as RecordBatch;
    const kept: { nodes: FieldNode[]; buffers: BufferRegion[]; counts: number[] } = {
      nodes: [],
      buffers: [],
      counts: [],
    };
    const at = { nodes: 0, buffers: 0, views: 0 };
    // Footers may say another version than the batches have.
    const isOlder = message.version < MetadataVersion.V5;
    for (const column of this.#columns) {
      const own = column.buffers + (isOlder ? column.olderBuffers : 0);
      const counts = variadicBufferCounts.slice(at.views, (at.views += column.views));
      const bufferCount = counts.reduce((sum, count) => sum + count, own);
      const itsNodes = nodes.slice(at.nodes, (at.nodes += column.nodes));
      const itsBuffers = buffers.slice(at.buffers, (at.buffers += bufferCount));
      if (!column.isWanted) continue;
      kept.nodes.push(...itsNodes);
      kept.buffers.push(...itsBuffers);
      kept.counts.push(...counts);
    }
    if (at.nodes !== nodes.length || at.buffers !== buffers.length) {
      throw new Damage(
        `a record batch of ${nodes.length} arrays and ${buffers.length} buffers, expected ${at.nodes} and ${at.buffers} as its schema says`,
      );
    }
    const batch = new RecordBatch(length, kept.nodes, kept.buffers, compression, kept.counts);
    return framed(Message.from(batch, message.bodyLength));
  }
}

function dictionaryId(metadata: Uint8Array): number {
  const batch = new DictionaryBatch();
  MessageTable.getRootAsMessage(new ByteBuffer(metadata)).header(batch);
  return Number(batch.id());
}

/** A schema's message as the choice takes it. */
export function schemaOf(metadata: Uint8Array): SchemaTable {
  const schema = new SchemaTable();
  MessageTable.getRootAsMessage(new ByteBuffer(metadata)).header(schema);
  return schema;
}

/** Metadata behind the prefix that says how long they are. */
function framed(message: Message): Uint8Array {
  const metadata = Message.encode(message);
  const size = Math.ceil(metadata.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + size);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, -1, true);
  view.setInt32(4, size, true);
  bytes.set(metadata, 8);
  return bytes;
}
