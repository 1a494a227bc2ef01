/**
 * Predictions as the protobuf messages that the Storage Write API takes, by a descriptor that the official client makes of the
 * table's columns. No row becomes an object.
 */
import { adapt, type protos } from '@google-cloud/bigquery-storage';
import type { PredictionBatch } from '@windrow/core';
import protobuf from 'protobufjs';
import type { PredictionColumn } from './prediction-columns.ts';

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const WIRE_TYPES = { integer: VARINT, float: FIXED64, text: LENGTH_DELIMITED } as const;

export class RowEncoder {
  readonly descriptor: protos.google.protobuf.IDescriptorProto;
  readonly #columns: readonly PredictionColumn[];
  /** By column: number of the field and wire type, as a tag. */
  readonly #tags: readonly number[];

  constructor(columns: readonly PredictionColumn[]) {
    const fields = columns.map(({ field }) => ({ ...field }));
    const schema = adapt.convertBigQuerySchemaToStorageTableSchema({ fields });
    this.descriptor = adapt.convertStorageSchemaToProto2Descriptor(schema, 'prediction');
    this.#columns = columns;
    const numbers = new Map(
      (this.descriptor.field ?? []).map((field) => [field.name, field.number]),
    );
    this.#tags = columns.map(({ field, kind }) => {
      const number = numbers.get(field.name);
      if (number === undefined || number === null) throw new Error(`no field ${field.name}`);
      return (number << 3) | WIRE_TYPES[kind];
    });
  }

  /** One row, in memory of its own. */
  encode(batch: PredictionBatch, row: number): Uint8Array {
    const writer = protobuf.Writer.create();
    for (const [i, column] of this.#columns.entries()) {
      writer.uint32(this.#tags[i]!);
      if (column.kind === 'text') writer.string(column.read(batch, row));
      else if (column.kind === 'float') writer.double(column.read(batch, row));
      else writer.int64(column.read(batch, row));
    }
    return writer.finish();
  }
}
