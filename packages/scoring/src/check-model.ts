/**
 * Does a model fit the definition that names it? Everything that can be known before a sample is read.
 *
 * Pure: it takes what the model says about itself and gives back how to feed it, or every fault it found. What only a run can
 * show (dimensions that the model does not fix) is checked by the run that warms the model up.
 */
import { WindrowError, found, type Definition } from '@windrow/core';
import { checkInput } from './internal/check-input.ts';
import { checkMetadata } from './internal/check-metadata.ts';
import { checkOutput } from './internal/check-output.ts';
import type { Fault } from './internal/fault.ts';
import type { ModelInfo } from './model-info.ts';

/** How a definition's windows are given to its model. */
export interface ModelBinding {
  readonly inputName: string;
  /** Type of the input, to which the tensor is cast once. */
  readonly dtype: 'float64' | 'float32';
  /** Dimensions of one window, after N: `[C, T]`, `[T, C]` or `[C*T]`. */
  readonly rowDims: readonly number[];
  /** `one`: the model's batch is fixed to one window, which costs a run each. */
  readonly batch: 'any' | 'one';
  readonly outputName: string;
}

/** A model that fits. */
export interface CheckedModel {
  readonly binding: ModelBinding;
  /** What is allowed but worth a word, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * @throws WindrowError MODEL, a line for each fault: the model's path, the definition's name and output metric, the field, what was
 * found, what is expected, what to do
 */
export function checkModel(definition: Definition, model: ModelInfo): CheckedModel {
  const faults: Fault[] = [];
  const remarks: Fault[] = [];
  const input = checkInput(definition, model, faults);
  const output = checkOutput(definition, model, faults);
  // A model that leaves the number of cells open may be given other windows than it was trained on.
  const isAnyWindowRight = input !== null && input.areCellsOpen;
  checkMetadata(definition, model.metadata, faults, isAnyWindowRight ? remarks : faults);
  const place = `${model.path}: definition ${nameOf(definition)}`;
  if (input === null || output === null || faults.length > 0) {
    const lines = faults.map(
      (f) => `${place}: ${f.field}: found ${f.found}, expected ${f.expected}; ${f.remedy}`,
    );
    throw new WindrowError('MODEL', lines.join('\n'));
  }
  const { inputName, dtype, rowDims, batch } = input;
  return {
    binding: { inputName, dtype, rowDims, batch, outputName: output },
    notes: remarks.map(
      (r) =>
        `${place}: ${r.field}: found ${r.found}, not ${r.expected}; allowed, since the model takes any number of cells`,
    ),
  };
}

/** How messages name a definition. */
export function nameOf(definition: Definition): string {
  return `${found(definition.outputMetricName)} (output_metric_id ${definition.outputMetricId})`;
}
