/** The schema of a part in Arrow, with the canonical extension type `arrow.fixed_shape_tensor` for lists of more than one dimension. */
import {
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int64,
  RecordBatchStreamWriter,
  Schema,
  Utf8,
  type DataType,
} from 'apache-arrow';
import { listLength, type ListField, type PartSchema, type ScalarField } from './part-schema.ts';

/** @param itemsNullable in Parquet pyarrow knows the extension type again only if the items may be null */
export function arrowSchema(schema: PartSchema, itemsNullable: boolean): Schema {
  return new Schema(
    [
      ...schema.scalars.map(
        (scalar) => new Field(scalar.name, scalarType(scalar), scalar.nullable),
      ),
      ...schema.lists.map((list) => listField(list, itemsNullable)),
    ],
    new Map(schema.metadata),
  );
}

function scalarType({ type }: ScalarField): DataType {
  switch (type) {
    case 'int64':
      return new Int64();
    case 'float64':
      return new Float64();
    case 'float32':
      return new Float32();
    case 'text':
      return new Utf8();
  }
}

function listField(list: ListField, itemsNullable: boolean): Field {
  const item = list.dtype === 'float64' ? new Float64() : new Float32();
  const type = new FixedSizeList(listLength(list), new Field('item', item, itemsNullable));
  if (list.shape.length < 2) return new Field(list.name, type, false);
  return new Field(
    list.name,
    type,
    false,
    new Map([
      ['ARROW:extension:name', 'arrow.fixed_shape_tensor'],
      ['ARROW:extension:metadata', JSON.stringify({ shape: list.shape, dim_names: list.dimNames })],
    ]),
  );
}

/** The value of `ARROW:schema` in a Parquet file, by which Arrow's readers restore its types: the schema's IPC message in base64. */
export function schemaMessage(schema: PartSchema): string {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, arrowSchema(schema, true));
  writer.close();
  const bytes = writer.toUint8Array(true);
  // Continuation (4 bytes), length of the metadata (4 bytes), metadata.
  const length = new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);
  return Buffer.from(bytes.subarray(0, 8 + length)).toString('base64');
}
