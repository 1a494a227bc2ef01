/** Rows as the Storage Write API gets them: protobuf messages, by a descriptor that comes with them. */
import { protos } from '@google-cloud/bigquery-storage';
import { GrpcStatus, STATUS } from './grpc-server.ts';
import type { Cell, Field, FieldType, Row } from './tables.ts';

const { Type } = protos.google.protobuf.FieldDescriptorProto;
type Descriptor = protos.google.protobuf.IDescriptorProto;

/** Which type of protobuf each type of column takes, with its wire type. */
const TYPES: Readonly<Partial<Record<FieldType, readonly [type: unknown, wire: number]>>> = {
  STRING: [Type.TYPE_STRING, 2],
  INTEGER: [Type.TYPE_INT64, 0],
  TIMESTAMP: [Type.TYPE_INT64, 0],
  FLOAT: [Type.TYPE_DOUBLE, 1],
};

interface Slot {
  readonly field: Field;
  readonly wire: number;
}

export class RowDecoder {
  readonly #fields: readonly Field[];
  readonly #slots: Map<number, Slot> = new Map();

  /** Refuses fields that are no columns of the table, or of a type that the column does not take. */
  constructor(descriptor: Descriptor, fields: readonly Field[]) {
    this.#fields = fields;
    for (const { name, number, type } of descriptor.field ?? []) {
      const field = fields.find((each) => each.name === name);
      const [expected, wire] = TYPES[field?.type ?? 'BOOLEAN'] ?? [];
      if (field === undefined || wire === undefined || type !== expected) {
        throw new GrpcStatus(STATUS.invalidArgument, `no column for ${name} of type ${type}`);
      }
      this.#slots.set(number ?? 0, { field, wire });
    }
  }

  decode(bytes: Uint8Array): Row {
    const row: Record<string, Cell> = {};
    for (const { name } of this.#fields) row[name] = null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = view.getUint8(at++);
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return BigInt.asIntN(64, value);
      }
    };
    while (at < bytes.length) {
      const tag = Number(varint());
      const slot = this.#slots.get(tag >> 3);
      if (slot?.wire !== (tag & 7)) throw new GrpcStatus(STATUS.invalidArgument, `tag ${tag}`);
      const { name } = slot.field;
      if (slot.wire === 0) {
        row[name] = Number(varint());
      } else if (slot.wire === 1) {
        row[name] = view.getFloat64(at, true);
        at += 8;
      } else {
        const length = Number(varint());
        row[name] = Buffer.from(bytes.subarray(at, at + length)).toString('utf8');
        at += length;
      }
    }
    const empty = this.#fields.find(({ name, mode }) => mode === 'REQUIRED' && row[name] === null);
    if (empty !== undefined) {
      throw new GrpcStatus(STATUS.invalidArgument, `column ${empty.name} is required`);
    }
    return row;
  }
}
