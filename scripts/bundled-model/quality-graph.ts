/** The quality formula as an ONNX graph over windows `[N, C, T]` of float64; one number a window. */
import { encodeOnnxModel, type GraphNode, type Initializer } from '../onnx/model-proto.ts';
import type { QualityFormula } from './quality-formula.ts';

const INPUT = 'window';
const OUTPUT = 'burst_pressure';

/** The bytes of the model; `metadata` goes into its custom metadata. */
export function encodeQualityModel(
  formula: QualityFormula,
  cells: number,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  return encodeOnnxModel({
    name: 'extrusion-quality',
    inputs: [{ name: INPUT, shape: ['N', formula.channels, cells] }],
    outputs: [{ name: OUTPUT, shape: ['N', 1] }],
    nodes: NODES,
    initializers: initializersOf(formula),
    metadata,
  });
}

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: GraphNode['attributes'] = {},
): GraphNode {
  return { op, inputs, output, attributes };
}

const OVER_CELLS = { axes: [2], keepdims: 1 };

const NODES: readonly GraphNode[] = [
  // Features: [N, C, 1] each.
  node('ReduceMean', [INPUT], 'mean', OVER_CELLS),
  node('Sub', [INPUT, 'mean'], 'centred'),
  node('Mul', ['centred', 'centred'], 'squared'),
  node('ReduceMean', ['squared'], 'variance', OVER_CELLS),
  node('Sqrt', ['variance'], 'deviation'),
  // Standardised: [N, C, 1], then linear in both: [N, 1].
  node('Sub', ['mean', 'mean_centre'], 'mean_shifted'),
  node('Div', ['mean_shifted', 'mean_scale'], 'mean_z'),
  node('Sub', ['deviation', 'deviation_centre'], 'deviation_shifted'),
  node('Div', ['deviation_shifted', 'deviation_scale'], 'deviation_z'),
  node('Squeeze', ['mean_z', 'last_axis'], 'mean_row'),
  node('Squeeze', ['deviation_z', 'last_axis'], 'deviation_row'),
  node('MatMul', ['mean_row', 'mean_weights'], 'mean_part'),
  node('MatMul', ['deviation_row', 'deviation_weights'], 'deviation_part'),
  // Every product of two means: [N, C, C], as rows of C*C.
  node('Transpose', ['mean_z'], 'mean_z_row', { perm: [0, 2, 1] }),
  node('Mul', ['mean_z', 'mean_z_row'], 'products'),
  node('Reshape', ['products', 'product_rows'], 'products_row'),
  node('MatMul', ['products_row', 'product_weights'], 'product_part'),
  node('Add', ['mean_part', 'deviation_part'], 'linear_part'),
  node('Add', ['linear_part', 'product_part'], 'weighted'),
  node('Add', ['weighted', 'bias'], OUTPUT),
];

function initializersOf(formula: QualityFormula): Initializer[] {
  const { channels, centre, scale, linear, quadratic, bias } = formula;
  const column = [channels, 1];
  const means = (values: Float64Array): Float64Array => values.slice(0, channels);
  const deviations = (values: Float64Array): Float64Array => values.slice(channels);
  const products = channels * channels;
  return [
    { name: 'mean_centre', dims: column, data: means(centre) },
    { name: 'mean_scale', dims: column, data: means(scale) },
    { name: 'deviation_centre', dims: column, data: deviations(centre) },
    { name: 'deviation_scale', dims: column, data: deviations(scale) },
    { name: 'mean_weights', dims: column, data: means(linear) },
    { name: 'deviation_weights', dims: column, data: deviations(linear) },
    { name: 'product_weights', dims: [products, 1], data: quadratic },
    { name: 'bias', dims: [1], data: Float64Array.of(bias) },
    { name: 'last_axis', dims: [1], data: BigInt64Array.of(2n) },
    { name: 'product_rows', dims: [2], data: BigInt64Array.of(-1n, BigInt(products)) },
  ];
}
