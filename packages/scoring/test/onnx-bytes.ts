/**
 * Writes tiny ONNX files for tests: the fields of onnx.proto that they need, no more.
 *
 * Not the inverse of `readModelProto`: the oracle of both is ONNX Runtime, which loads what this writes.
 */

/** Element types of TensorProto. */
export const FLOAT = 1;
export const INT64 = 7;
export const DOUBLE = 11;

export interface TinyValue {
  readonly name: string;
  readonly type: number;
  /** Text for a symbolic dimension; null: no shape at all. */
  readonly shape: readonly (number | string)[] | null;
}

export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer, or list of integers. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface TinyInitializer {
  readonly name: string;
  readonly dims: readonly number[];
  /** float64 */
  readonly values: readonly number[];
  /** Name of an external data file that holds them instead. */
  readonly location?: string;
}

export interface TinyModel {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly nodes: readonly TinyNode[];
  readonly initializers?: readonly TinyInitializer[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export function onnxBytes(model: TinyModel): Uint8Array<ArrayBuffer> {
  const graph = Buffer.concat([
    ...model.nodes.map((n) => field(1, node(n))),
    text(2, 'tiny'),
    ...(model.initializers ?? []).map((i) => field(5, initializer(i))),
    ...model.inputs.map((v) => field(11, value(v))),
    ...model.outputs.map((v) => field(12, value(v))),
  ]);
  return new Uint8Array(
    Buffer.concat([
      integer(1, 8),
      text(2, 'windrow-tests'),
      text(3, '1.2'),
      field(7, graph),
      field(8, integer(2, 17)),
      ...Object.entries(model.metadata ?? {}).map(([k, v]) =>
        field(14, Buffer.concat([text(1, k), text(2, v)])),
      ),
    ]),
  );
}

/** `x [N, C, T] -> mean over C and T -> y [N]`, the model most tests need. */
export function meanModel(
  shape: readonly (number | string)[],
  over: Partial<TinyModel> & { readonly type?: number } = {},
): TinyModel {
  const type = over.type ?? DOUBLE;
  const axes = shape.map((_, i) => i).slice(1);
  return {
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type, shape: [shape[0] ?? 'N'] }],
    nodes: [{ op: 'ReduceMean', inputs: ['x'], outputs: ['y'], attributes: { axes, keepdims: 0 } }],
    ...over,
  };
}

function node({ op, inputs, outputs, attributes }: TinyNode): Buffer {
  return Buffer.concat([
    ...inputs.map((i) => text(1, i)),
    ...outputs.map((o) => text(2, o)),
    text(4, op),
    ...Object.entries(attributes ?? {}).map(([name, v]) => field(5, attribute(name, v))),
  ]);
}

function attribute(name: string, v: number | readonly number[]): Buffer {
  const body =
    typeof v === 'number'
      ? [integer(3, v), integer(20, 2)]
      : [...v.map((i) => integer(8, i)), integer(20, 7)];
  return Buffer.concat([text(1, name), ...body]);
}

function initializer({ name, dims, values, location }: TinyInitializer): Buffer {
  const data =
    location === undefined
      ? [field(9, Buffer.from(Float64Array.from(values).buffer))]
      : [field(13, Buffer.concat([text(1, 'location'), text(2, location)])), integer(14, 1)];
  return Buffer.concat([
    ...dims.map((d) => integer(1, d)),
    integer(2, DOUBLE),
    text(8, name),
    ...data,
  ]);
}

function value({ name, type, shape }: TinyValue): Buffer {
  const dims = (shape ?? []).map((d) =>
    field(1, typeof d === 'number' ? integer(1, d) : text(2, d)),
  );
  const tensor = Buffer.concat([
    integer(1, type),
    ...(shape === null ? [] : [field(2, Buffer.concat(dims))]),
  ]);
  return Buffer.concat([text(1, name), field(2, field(1, tensor))]);
}

function text(number: number, s: string): Buffer {
  return field(number, Buffer.from(s));
}

function field(number: number, body: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body]);
}

function integer(number: number, v: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(v)]);
}

function varint(v: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(v));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
