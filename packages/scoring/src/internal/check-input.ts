/** The input of a model against a definition's windows: which one, its type, its shape. */
import { found, windowCells, type Definition } from '@windrow/core';
import type { ModelBinding } from '../check-model.ts';
import { formatShape, type ModelInfo, type ValueInfo } from '../model-info.ts';
import type { Fault } from './fault.ts';

export interface CheckedInput extends Omit<ModelBinding, 'outputName'> {
  /** Whether the model takes any number of cells. */
  readonly areCellsOpen: boolean;
}

/** How to feed the model, or null with at least one fault pushed. */
export function checkInput(
  definition: Definition,
  model: ModelInfo,
  faults: Fault[],
): CheckedInput | null {
  const input = chooseInput(definition, model, faults);
  if (input === null) return null;
  const dtype = checkType(input, faults);
  const rowDims = input.type === null ? null : checkShape(definition, input, faults);
  if (dtype === null || rowDims === null) return null;
  const { name: inputName, shape } = input;
  const cellAxis = shape.length === 3 && definition.layout === 'channel_major' ? 2 : 1;
  return {
    inputName,
    dtype,
    rowDims,
    batch: shape[0] === 1 ? 'one' : 'any',
    areCellsOpen: typeof shape[cellAxis] === 'string',
  };
}

function chooseInput(
  definition: Definition,
  { inputs }: ModelInfo,
  faults: Fault[],
): ValueInfo | null {
  const names = inputs.map((i) => found(i.name)).join(', ');
  if (definition.inputName !== null) {
    const named = inputs.find((i) => i.name === definition.inputName);
    if (named === undefined) {
      faults.push({
        field: 'input_name',
        found: found(definition.inputName),
        expected: `an input of the model: ${names || 'it has none'}`,
        remedy: 'correct input_name, or leave it out where the model has one input',
      });
      return null;
    }
  }
  if (inputs.length !== 1) {
    faults.push({
      field: 'input',
      found: `${inputs.length} inputs that must be given (${names || 'none'})`,
      expected: 'one, the window',
      remedy: 'export the model with every other input as an initializer (a constant)',
    });
    return null;
  }
  return inputs[0]!;
}

function checkType(input: ValueInfo, faults: Fault[]): 'float64' | 'float32' | null {
  if (input.type === 'float64' || input.type === 'float32') return input.type;
  faults.push({
    field: `input ${found(input.name)} type`,
    found: input.type === null ? 'a sequence or a map' : `tensor(${input.type})`,
    expected: 'tensor(float64) or tensor(float32)',
    remedy:
      input.type === 'string'
        ? 'windows are numbers: encode text before training, or export only the numeric part of the pipeline'
        : 'export the model with a double or float input, and cast to its own type inside the graph',
  });
  return null;
}

/** Dimensions after N, or null with a fault. */
function checkShape(
  definition: Definition,
  input: ValueInfo,
  faults: Fault[],
): readonly number[] | null {
  const { shape } = input;
  const channels = definition.inputMetricIds.length;
  const cells = windowCells(definition);
  const rowDims =
    shape.length === 2
      ? [channels * cells]
      : definition.layout === 'channel_major'
        ? [channels, cells]
        : [cells, channels];
  const [rows, ...rest] = shape;
  const isFit =
    (shape.length === 2 || shape.length === 3) &&
    (typeof rows === 'string' || rows === 1) &&
    rest.every((d, i) => typeof d === 'string' || d === rowDims[i]);
  if (isFit) return rowDims;
  const what = `${channels} inputs x ${cells} cells, ${definition.layout}`;
  faults.push({
    field: `input ${found(input.name)} shape`,
    found: formatShape(shape),
    expected: `${formatShape(['N', ...rowDims])} (${what})`,
    remedy: remedyOf(definition, shape, rowDims),
  });
  return null;
}

function remedyOf(
  definition: Definition,
  shape: readonly (number | string)[],
  rowDims: readonly number[],
): string {
  if (shape.length !== 2 && shape.length !== 3) {
    return 'export the model with an input of rank 3, or of rank 2 for flattened windows';
  }
  const [rows, ...rest] = shape;
  if (typeof rows === 'number' && rows !== 1) {
    return `export the model with a batch that is not fixed to ${rows}, or with a batch of 1`;
  }
  if (shape.length === 2) {
    return 'window_size_s, resolution_s or input_metric_ids are not those that the model was trained on';
  }
  if (rest.every((d, i) => typeof d === 'string' || d === rowDims[1 - i])) {
    const other = definition.layout === 'channel_major' ? 'time_major' : 'channel_major';
    return `the model has the axes the other way round: set layout to "${other}"`;
  }
  const [channelAxis, cellAxis] = definition.layout === 'channel_major' ? [0, 1] : [1, 0];
  const remedies: string[] = [];
  const channels = rest[channelAxis];
  if (typeof channels === 'number' && channels !== rowDims[channelAxis]) {
    remedies.push(
      `the model takes ${channels} inputs, input_metric_ids has ${rowDims[channelAxis]}`,
    );
  }
  const cells = rest[cellAxis];
  if (typeof cells === 'number' && cells !== rowDims[cellAxis]) {
    const seconds = (cells * definition.resolutionMs) / 1000;
    remedies.push(
      `the model takes ${cells} cells, which is a window_size_s of ${seconds} at this resolution_s`,
    );
  }
  return remedies.join('; ');
}
