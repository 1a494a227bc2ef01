/**
 * Windows as Arrow record batches with the canonical extension type `arrow.fixed_shape_tensor`, and back.
 *
 * | column | type |
 * |---|---|
 * | `window_start_ms`, `window_end_ms` | int64, ms since 1970 |
 * | `tensor` | fixed-size list of C * T float64 or float32, row-major, with the extension's shape and dimension names |
 *
 * The tensor column is a view on the caller's array: nothing is copied on the way in or out. pyarrow reads it as
 * `FixedShapeTensorArray`, whose `to_numpy_ndarray()` is a view too.
 */
import { WindrowError, windowCells, type Definition } from '@windrow/core';
import {
  DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int64,
  RecordBatch,
  Schema,
  Struct,
  makeData,
  type Data,
} from 'apache-arrow';

const EXTENSION_NAME = 'ARROW:extension:name';
const EXTENSION_METADATA = 'ARROW:extension:metadata';
const FIXED_SHAPE_TENSOR = 'arrow.fixed_shape_tensor';

/** N windows of one definition. */
export interface TensorColumns {
  readonly length: number;
  /** Exclusive ends, ms; at least `length`. */
  readonly windowEndsMs: Float64Array;
  /** `length` tensors, one after the other, each in the definition's layout; at least that long. */
  readonly tensors: Float64Array | Float32Array;
}

/** What a batch read back says of its tensors. */
export interface TensorBatch extends TensorColumns {
  /** `[C, T]` or `[T, C]`. */
  readonly shape: readonly number[];
  readonly dimNames: readonly string[];
}

/** Shape of one tensor of a definition, by its layout, with the names of the dimensions. */
export function tensorShape(definition: Definition): {
  readonly shape: readonly [number, number];
  readonly dimNames: readonly [string, string];
} {
  const channels = definition.inputMetricIds.length;
  const cells = windowCells(definition);
  return definition.layout === 'channel_major'
    ? { shape: [channels, cells], dimNames: ['channel', 'cell'] }
    : { shape: [cells, channels], dimNames: ['cell', 'channel'] };
}

/**
 * Schema of a definition's windows. What is needed to read them without the definitions file stands in the schema's
 * metadata: `input_metric_ids`, `resolution_s`, `window_size_s`, `step_size_s`, `line_id`, `output_metric_id`.
 */
export function tensorSchema(definition: Definition, dtype: 'float64' | 'float32'): Schema {
  const { shape, dimNames } = tensorShape(definition);
  const item = new Field('item', dtype === 'float64' ? new Float64() : new Float32(), false);
  const tensor = new Field(
    'tensor',
    new FixedSizeList(shape[0] * shape[1], item),
    false,
    new Map([
      [EXTENSION_NAME, FIXED_SHAPE_TENSOR],
      [EXTENSION_METADATA, JSON.stringify({ shape, dim_names: dimNames })],
    ]),
  );
  return new Schema(
    [
      new Field('window_start_ms', new Int64(), false),
      new Field('window_end_ms', new Int64(), false),
      tensor,
    ],
    new Map([
      ['input_metric_ids', JSON.stringify(definition.inputMetricIds)],
      ['line_id', definition.lineId],
      ['output_metric_id', definition.outputMetricId],
      ['output_metric_name', definition.outputMetricName],
      ['window_size_s', String(definition.windowMs / 1000)],
      ['step_size_s', String(definition.stepMs / 1000)],
      ['resolution_s', String(definition.resolutionMs / 1000)],
      ['layout', definition.layout === 'channel_major' ? 'NCT' : 'NTC'],
    ]),
  );
}

/** A record batch over these windows; its tensor column is a view on `columns.tensors`. */
export function tensorRecordBatch(
  schema: Schema,
  definition: Definition,
  columns: TensorColumns,
): RecordBatch {
  const { length, windowEndsMs } = columns;
  const { shape } = tensorShape(definition);
  const starts = new BigInt64Array(length);
  const ends = new BigInt64Array(length);
  for (let i = 0; i < length; i++) {
    ends[i] = BigInt(windowEndsMs[i]!);
    starts[i] = BigInt(windowEndsMs[i]! - definition.windowMs);
  }
  const numbers = columns.tensors.subarray(0, length * shape[0] * shape[1]);
  const type = schema.fields[2]!.type;
  const item =
    numbers instanceof Float64Array
      ? makeData({ type: new Float64(), data: numbers })
      : makeData({ type: new Float32(), data: numbers });
  const children = [
    makeData({ type: new Int64(), data: starts }),
    makeData({ type: new Int64(), data: ends }),
    makeData({ type: type as FixedSizeList, length, nullCount: 0, child: item as Data }),
  ];
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new RecordBatch(schema, data);
}

/**
 * The tensors of a record batch, as views on its buffers.
 * @throws WindrowError FORMAT where the batch has no such columns
 */
export function readTensorBatch(batch: RecordBatch): TensorBatch {
  const at = batch.schema.fields.findIndex(
    (field) => field.metadata.get(EXTENSION_NAME) === FIXED_SHAPE_TENSOR,
  );
  const ends = batch.getChild('window_end_ms')?.toArray() as unknown;
  const list = batch.data.children[at];
  const item = list?.children[0];
  const values: unknown = item?.values;
  if (
    item === undefined ||
    !(values instanceof Float64Array || values instanceof Float32Array) ||
    !(ends instanceof BigInt64Array) ||
    !DataType.isFixedSizeList(list?.type)
  ) {
    throw new WindrowError(
      'FORMAT',
      `record batch: found the columns ${batch.schema.names.join(', ')}, expected window_end_ms (int64) and a tensor (${FIXED_SHAPE_TENSOR} of float64 or float32)`,
    );
  }
  const { shape, dimNames } = parseShape(batch.schema.fields[at]!, list.type.listSize);
  const from = list.offset * list.type.listSize;
  return {
    length: batch.numRows,
    windowEndsMs: Float64Array.from(ends, Number),
    tensors: values.subarray(from, from + batch.numRows * list.type.listSize),
    shape,
    dimNames,
  };
}

function parseShape(
  field: Field,
  size: number,
): { shape: readonly number[]; dimNames: readonly string[] } {
  const parsed = JSON.parse(field.metadata.get(EXTENSION_METADATA) ?? '{}') as {
    readonly shape?: readonly number[];
    readonly dim_names?: readonly string[];
  };
  const { shape = [], dim_names: dimNames = [] } = parsed;
  if (shape.reduce((product, n) => product * n, 1) !== size) {
    throw new WindrowError(
      'FORMAT',
      `${field.name}: found the shape [${shape.join(', ')}], expected ${size} numbers`,
    );
  }
  return { shape, dimNames };
}
