/**
 * ONNX models as bytes: what of `onnx.proto` a small numeric graph needs. Opset 17, IR version 8.
 *
 * Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import { ProtobufWriter } from './protobuf-writer.ts';

const IR_VERSION = 8;
const OPSET_VERSION = 17;
const DATA_TYPE = { int64: 7, float64: 11 } as const;
const ATTRIBUTE_TYPE = { int: 2, ints: 7 } as const;

/** A constant of the graph; the product of `dims` is the length of `data`. */
export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float64Array | BigInt64Array;
}

/** An operation; attributes are integers or lists of integers. */
export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A float64 tensor that goes in or out; text for a dimension that is not fixed. */
interface GraphValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** In topological order. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  /** `metadata_props`, in this order. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of the model. @throws RangeError where a constant's shape is not its length */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const writer = new ProtobufWriter().integer(1, IR_VERSION).text(2, 'windrow');
  writer.message(7, (graph) => writeGraph(graph, model));
  writer.message(8, (opset) => opset.text(1, '').integer(2, OPSET_VERSION));
  for (const [key, value] of Object.entries(model.metadata)) {
    writer.message(14, (entry) => entry.text(1, key).text(2, value));
  }
  return writer.finish();
}

function writeGraph(graph: ProtobufWriter, model: OnnxModel): void {
  for (const node of model.nodes) graph.message(1, (inner) => writeNode(inner, node));
  graph.text(2, model.name);
  for (const constant of model.initializers) {
    graph.message(5, (inner) => writeInitializer(inner, constant));
  }
  for (const value of model.inputs) graph.message(11, (inner) => writeValue(inner, value));
  for (const value of model.outputs) graph.message(12, (inner) => writeValue(inner, value));
}

function writeNode(writer: ProtobufWriter, node: GraphNode): void {
  for (const input of node.inputs) writer.text(1, input);
  writer.text(2, node.output).text(3, node.output).text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writer.message(5, (attribute) => writeAttribute(attribute, name, value));
  }
}

function writeAttribute(
  writer: ProtobufWriter,
  name: string,
  value: number | readonly number[],
): void {
  writer.text(1, name);
  if (typeof value === 'number') {
    writer.integer(3, value).integer(20, ATTRIBUTE_TYPE.int);
    return;
  }
  for (const item of value) writer.integer(8, item);
  writer.integer(20, ATTRIBUTE_TYPE.ints);
}

function writeInitializer(writer: ProtobufWriter, { name, dims, data }: Initializer): void {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== data.length) {
    const shape = `[${dims.join(', ')}]`;
    throw new RangeError(`${name}: found ${data.length} numbers, expected ${size} for ${shape}`);
  }
  for (const dim of dims) writer.integer(1, dim);
  writer.integer(2, data instanceof Float64Array ? DATA_TYPE.float64 : DATA_TYPE.int64);
  writer.text(8, name).bytes(9, littleEndian(data));
}

function littleEndian(data: Float64Array | BigInt64Array): Uint8Array {
  const bytes = new Uint8Array(data.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of data.entries()) {
    if (typeof value === 'bigint') view.setBigInt64(i * 8, value, true);
    else view.setFloat64(i * 8, value, true);
  }
  return bytes;
}

function writeValue(writer: ProtobufWriter, { name, shape }: GraphValue): void {
  writer.text(1, name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.integer(1, DATA_TYPE.float64).message(2, (dims) => {
        for (const dim of shape) {
          dims.message(1, (d) => (typeof dim === 'number' ? d.integer(1, dim) : d.text(2, dim)));
        }
      }),
    ),
  );
}
