/**
 * Which columns an example has, and how they are filled.
 *
 * | column | |
 * |---|---|
 * | `line_id`, `output_metric_id` | line, and the definition that made the window |
 * | `window_start_ms`, `window_end_ms` | int64, UTC |
 * | `timestamp_ms`, `known_ms` | of the label (with `--labels`) |
 * | `target_<name>` | float64, null where an example has no such target |
 * | an attribute | text, by its own name |
 * | `tensor` | `[C, T]` (or `[T, C]`), `arrow.fixed_shape_tensor` |
 * | `<input>_cell_<t>` or `<input>_<feature>` | instead of `tensor`, with `--flat` |
 * | `observed_share` | C float64: share of cells of each input that were observed, before filling |
 */
import type { CollectedWindow } from '../collect/collected-windows.ts';
import type { ExampleColumns } from '../examples/example-columns.ts';
import type { TensorForm } from '../tensor-form.ts';
import type { ListField, PartSchema, ScalarField } from './part-schema.ts';
import type { PartRows } from './part-rows.ts';
import { SUMMARY_FEATURES, summaryFeatures } from './summary-features.ts';

export const FLAT_FORMS = ['none', 'cells', 'summary'] as const;
/** `none`: a tensor column; `cells`: a column for each input and cell; `summary`: one for each input and feature. */
export type FlatForm = (typeof FLAT_FORMS)[number];

export interface ExampleLayout {
  readonly schema: PartSchema;
  /** Appends an example. */
  append(rows: PartRows, example: number, window: CollectedWindow): void;
}

export function exampleLayout(
  form: TensorForm,
  examples: ExampleColumns,
  options: { readonly flat: FlatForm; readonly inputNames: readonly string[] },
): ExampleLayout {
  const keys = keyColumns(form, examples);
  const features = featureColumns(form, options.flat, options.inputNames);
  const schema: PartSchema = {
    scalars: [...keys.map(({ field }) => field), ...features],
    lists: listFields(form, options.flat),
    metadata: formMetadata(form),
  };
  const scratch = new Float64Array(features.length);
  return {
    schema,
    append(rows, example, window) {
      const at = rows.length++;
      for (const [s, { read }] of keys.entries()) {
        const value = read(example);
        if (typeof value === 'number') rows.numbers[s]![at] = value;
        else rows.texts[s]![at] = value;
      }
      fillFeatures(form, options.flat, window.tensor, scratch);
      for (let f = 0; f < features.length; f++) rows.numbers[keys.length + f]![at] = scratch[f]!;
      if (options.flat === 'none') rows.lists[0]!.set(window.tensor, at * window.tensor.length);
      const shares = rows.lists.at(-1)!;
      for (let c = 0; c < form.channels; c++) {
        shares[at * form.channels + c] = window.observed[c]! / form.cells;
      }
    },
  };
}

interface KeyColumn {
  readonly field: ScalarField;
  readonly read: (example: number) => number | string | null;
}

function keyColumns(form: TensorForm, examples: ExampleColumns): KeyColumn[] {
  const { definitions, endsMs, label, targets, attributes } = examples;
  const definitionOf = (i: number) => form.definitions[definitions[i]!]!;
  const key = (
    name: string,
    type: ScalarField['type'],
    read: KeyColumn['read'],
    nullable = false,
  ): KeyColumn => ({ field: { name, type, nullable }, read });
  const columns = [
    key('line_id', 'text', (i) => definitionOf(i).lineId),
    key('output_metric_id', 'text', (i) => definitionOf(i).outputMetricId),
    key('window_start_ms', 'int64', (i) => endsMs[i]! - definitionOf(i).windowMs),
    key('window_end_ms', 'int64', (i) => endsMs[i]!),
  ];
  if (label !== null) {
    columns.push(
      key('timestamp_ms', 'int64', (i) => label.timestampsMs[i]!),
      key('known_ms', 'int64', (i) => label.knownMs[i]!, true),
    );
  }
  for (const { name, values } of targets) {
    columns.push(key(targetColumn(name), 'float64', (i) => values[i]!, true));
  }
  for (const { name, values } of attributes) {
    columns.push(key(name, 'text', (i) => values[i]!, true));
  }
  return columns;
}

export function targetColumn(name: string): string {
  return `target_${name}`;
}

function featureColumns(
  { cells, dtype }: TensorForm,
  flat: FlatForm,
  inputNames: readonly string[],
): ScalarField[] {
  switch (flat) {
    case 'none':
      return [];
    case 'cells':
      return inputNames.flatMap((name) =>
        Array.from({ length: cells }, (_, t) => featureField(`${name}_cell_${t}`, dtype)),
      );
    case 'summary':
      return inputNames.flatMap((name) =>
        SUMMARY_FEATURES.map((feature) => featureField(`${name}_${feature}`, 'float64')),
      );
  }
}

function featureField(name: string, type: ScalarField['type']): ScalarField {
  return { name, type, nullable: false };
}

function listFields(form: TensorForm, flat: FlatForm): ListField[] {
  const { shape, dimNames, dtype, channels } = form;
  const observed: ListField = {
    name: 'observed_share',
    dtype: 'float64',
    shape: [channels],
    dimNames: ['channel'],
  };
  return flat === 'none' ? [{ name: 'tensor', dtype, shape, dimNames }, observed] : [observed];
}

/** Names of the feature columns, in their order. */
export function featureNames(
  form: TensorForm,
  flat: FlatForm,
  inputNames: readonly string[],
): string[] {
  return featureColumns(form, flat, inputNames).map(({ name }) => name);
}

/** Inputs one after the other, each with its cells or features, whatever the layout. */
export function fillFeatures(
  form: TensorForm,
  flat: FlatForm,
  tensor: Float64Array | Float32Array,
  out: Float64Array,
): void {
  if (flat === 'none') return;
  const { channels, cells, dimNames } = form;
  const [step, start] = dimNames[0] === 'channel' ? [1, cells] : [channels, 1];
  for (let c = 0; c < channels; c++) {
    const first = c * start;
    if (flat === 'summary') {
      summaryFeatures(tensor, { first, step, count: cells }, out, c * SUMMARY_FEATURES.length);
    } else {
      for (let t = 0; t < cells; t++) out[c * cells + t] = tensor[first + t * step]!;
    }
  }
}

/** What a reader without `dataset.json` must know of the tensors. */
function formMetadata({ definitions }: TensorForm): ReadonlyMap<string, string> {
  const { layout, windowMs, stepMs, resolutionMs } = definitions[0]!;
  return new Map([
    ['layout', layout === 'channel_major' ? 'NCT' : 'NTC'],
    ['window_size_s', String(windowMs / 1000)],
    ['step_size_s', String(stepMs / 1000)],
    ['resolution_s', String(resolutionMs / 1000)],
  ]);
}
