/**
 * The quality formula as an ONNX graph over windows `[N, C, T]` of float64; one number a window.
 *
 * Every sum is a MatMul by a constant column: ONNX Runtime's ReduceMean and ReduceSum round differently by where in memory a
 * row lies, and a prediction would then depend, in its last bits, on the windows that happen to be scored with it.
 */
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
    initializers: initializersOf(formula, cells),
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

const NODES: readonly GraphNode[] = [
  // Features: [N, C, 1] each.
  node('MatMul', [INPUT, 'cell_weights'], 'mean'),
  node('Sub', [INPUT, 'mean'], 'centred'),
  node('Mul', ['centred', 'centred'], 'squared'),
  node('MatMul', ['squared', 'cell_weights'], 'variance'),
  node('Sqrt', ['variance'], 'deviation'),
  // Standardised, and linear in both: [N, C, 1].
  node('Sub', ['mean', 'mean_centre'], 'mean_shifted'),
  node('Div', ['mean_shifted', 'mean_scale'], 'mean_z'),
  node('Sub', ['deviation', 'deviation_centre'], 'deviation_shifted'),
  node('Div', ['deviation_shifted', 'deviation_scale'], 'deviation_z'),
  node('Mul', ['mean_z', 'mean_weights'], 'mean_terms'),
  node('Mul', ['deviation_z', 'deviation_weights'], 'deviation_terms'),
  // Every product of two means: [N, C, C], weighted and summed up over the last axis.
  node('Transpose', ['mean_z'], 'mean_z_row', { perm: [0, 2, 1] }),
  node('Mul', ['mean_z', 'mean_z_row'], 'products'),
  node('Mul', ['products', 'product_weights'], 'product_weighted'),
  node('MatMul', ['product_weighted', 'ones'], 'product_terms'),
  // All terms of a channel, then of a window.
  node('Add', ['mean_terms', 'deviation_terms'], 'linear_terms'),
  node('Add', ['linear_terms', 'product_terms'], 'terms'),
  node('Squeeze', ['terms', 'last_axis'], 'terms_row'),
  node('MatMul', ['terms_row', 'ones'], 'weighted'),
  node('Add', ['weighted', 'bias'], OUTPUT),
];

function initializersOf(formula: QualityFormula, cells: number): Initializer[] {
  const { channels, centre, scale, linear, quadratic, bias } = formula;
  const column = [channels, 1];
  const means = (values: Float64Array): Float64Array => values.slice(0, channels);
  const deviations = (values: Float64Array): Float64Array => values.slice(channels);
  return [
    { name: 'cell_weights', dims: [cells, 1], data: new Float64Array(cells).fill(1 / cells) },
    { name: 'mean_centre', dims: column, data: means(centre) },
    { name: 'mean_scale', dims: column, data: means(scale) },
    { name: 'deviation_centre', dims: column, data: deviations(centre) },
    { name: 'deviation_scale', dims: column, data: deviations(scale) },
    { name: 'mean_weights', dims: column, data: means(linear) },
    { name: 'deviation_weights', dims: column, data: deviations(linear) },
    { name: 'product_weights', dims: [channels, channels], data: quadratic },
    { name: 'bias', dims: [1], data: Float64Array.of(bias) },
    { name: 'last_axis', dims: [1], data: BigInt64Array.of(2n) },
    { name: 'ones', dims: column, data: new Float64Array(channels).fill(1) },
  ];
}
