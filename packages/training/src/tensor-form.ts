/**
 * What the examples of one dataset have in common: every tensor has the same shape, cells and type, so that they stack to one
 * `[N, C, T]` whichever definition (line) they come from.
 */
import { WindrowError, windowCells, type Definition } from '@windrow/core';
import { tensorShape } from '@windrow/windowing';

export type Dtype = 'float64' | 'float32';

export interface TensorForm {
  /** In the order of the definitions file; at least one. */
  readonly definitions: readonly Definition[];
  /** C. */
  readonly channels: number;
  /** T. */
  readonly cells: number;
  readonly dtype: Dtype;
  /** `[C, T]` or `[T, C]`, by the definitions' layout. */
  readonly shape: readonly [number, number];
  readonly dimNames: readonly [string, string];
}

/** Fields that must be the same in all definitions of a dataset, as the definitions file calls them. */
const FORM_FIELDS: readonly (readonly [name: string, of: (definition: Definition) => unknown])[] = [
  ['input_metric_ids (their number)', (d) => d.inputMetricIds.length],
  ['window_size_s', (d) => d.windowMs / 1000],
  ['step_size_s', (d) => d.stepMs / 1000],
  ['resolution_s', (d) => d.resolutionMs / 1000],
  ['layout', (d) => d.layout],
  ['aggregate', (d) => d.aggregate],
  ['fill', (d) => d.fill],
  ['allow_missing', (d) => d.allowMissing],
  ['min_coverage', (d) => d.minCoverage],
];

/**
 * The form that these definitions share.
 * @throws WindrowError USAGE naming the first two that differ, and in what
 */
export function tensorFormOf(definitions: readonly Definition[], dtype: Dtype): TensorForm {
  const first = definitions[0];
  if (first === undefined) throw new WindrowError('USAGE', 'found no definition to export');
  for (const other of definitions) {
    for (const [name, of] of FORM_FIELDS) {
      const [a, b] = [JSON.stringify(of(first)), JSON.stringify(of(other))];
      if (a === b) continue;
      throw new WindrowError(
        'USAGE',
        `the definitions ${first.outputMetricName} (${first.outputMetricId}) and ${other.outputMetricName} (${other.outputMetricId}) have ${name} ${a} and ${b}, expected the same in one dataset; choose with --select, and export the others to a dataset of their own`,
      );
    }
  }
  return {
    definitions,
    channels: first.inputMetricIds.length,
    cells: windowCells(first),
    dtype,
    ...tensorShape(first),
  };
}

/**
 * The definitions that are named by their output metric id, output metric name or model identifier; all for no name.
 * @throws WindrowError USAGE for a name that no definition has
 */
export function selectDefinitions(
  definitions: readonly Definition[],
  names: readonly string[],
): Definition[] {
  const unknown = names.find((name) => !definitions.some((d) => namesOf(d).includes(name)));
  if (unknown !== undefined) {
    const known = definitions.map((d) => d.outputMetricName).slice(0, 20);
    throw new WindrowError(
      'USAGE',
      `--select: found ${unknown}, expected an output_metric_id, output_metric_name or model_identifier of the definitions, such as ${known.join(', ')}`,
    );
  }
  return names.length === 0
    ? [...definitions]
    : definitions.filter((d) => namesOf(d).some((name) => names.includes(name)));
}

function namesOf(definition: Definition): string[] {
  return [definition.outputMetricId, definition.outputMetricName, definition.modelIdentifier];
}

/** Numbers in one tensor. */
export function tensorLength(form: TensorForm): number {
  return form.channels * form.cells;
}
