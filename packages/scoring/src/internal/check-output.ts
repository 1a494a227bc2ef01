/** The output of a model against a prediction: one number for each window. */
import { found, type Definition } from '@windrow/core';
import { formatShape, type ModelInfo, type ValueInfo } from '../model-info.ts';
import type { Fault } from './fault.ts';

const FLOATS: ReadonlySet<string> = new Set(['float64', 'float32']);
const INTEGERS: ReadonlySet<string> = new Set([
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
]);

/** The output's name, or null with a fault pushed. */
export function checkOutput(
  definition: Definition,
  model: ModelInfo,
  faults: Fault[],
): string | null {
  const named = definition.outputName;
  const output = named === null ? model.outputs[0] : model.outputs.find((o) => o.name === named);
  if (output === undefined) {
    faults.push({
      field: 'output_name',
      found: found(named ?? undefined),
      expected: `an output of the model: ${describe(model.outputs) || 'it has none'}`,
      remedy: 'correct output_name, or leave it out for the first output',
    });
    return null;
  }
  const before = faults.length;
  checkType(output, named !== null, model.outputs, faults);
  if (output.type !== null) checkShape(output, faults);
  return faults.length === before ? output.name : null;
}

function checkType(
  output: ValueInfo,
  isNamed: boolean,
  outputs: readonly ValueInfo[],
  faults: Fault[],
): void {
  const { type } = output;
  if (type !== null && (FLOATS.has(type) || (isNamed && INTEGERS.has(type)))) return;
  const field = `output ${found(output.name)} type`;
  if (type === null) {
    faults.push({
      field,
      found: 'a sequence or a map',
      expected: 'a tensor with one number for each window',
      remedy:
        "export a classifier without ZipMap (skl2onnx: options={'zipmap': False}; onnxmltools: zipmap=False) and select one column of its probabilities",
    });
  } else if (INTEGERS.has(type)) {
    faults.push({
      field,
      found: `tensor(${type})`,
      expected: 'tensor(float64) or tensor(float32)',
      remedy: `set output_name to ${found(output.name)} if that integer is meant, or to another output: ${describe(outputs)}`,
    });
  } else {
    faults.push({
      field,
      found: `tensor(${type})`,
      expected: 'tensor(float64) or tensor(float32)',
      remedy: `cast it to float inside the graph, or set output_name to another output: ${describe(outputs)}`,
    });
  }
}

function checkShape(output: ValueInfo, faults: Fault[]): void {
  const { shape } = output;
  // Exporters of trees often leave the shape out; the run that warms the model up shows it.
  if (shape.length === 0 || shape.length === 1) return;
  if (shape.length === 2 && (typeof shape[1] === 'string' || shape[1] === 1)) return;
  faults.push({
    field: `output ${found(output.name)} shape`,
    found: formatShape(shape),
    expected: '[N] or [N, 1], one number for each window',
    remedy: 'select one number inside the graph (a Gather or a Slice before the output)',
  });
}

/** `"label" tensor(int64) [N], "probability" sequence or map`. */
function describe(outputs: readonly ValueInfo[]): string {
  return outputs
    .map(
      ({ name, type, shape }) =>
        `${found(name)} ${type === null ? 'sequence or map' : `tensor(${type}) ${formatShape(shape)}`}`,
    )
    .join(', ');
}
