/** How good a model is on each split and group of a dataset, beside two baselines: the mean, and the last known target. */
import { WindrowError } from '@windrow/core';
import { readExamples, type ExampleBatch } from '../dataset/read-examples.ts';
import type { Dataset } from '../dataset/read-manifest.ts';
import { tensorLength } from '../tensor-form.ts';
import { fitOf, type Fit } from './fit.ts';
import { persistence } from './persistence.ts';
import { loadModel, type LoadedModel } from './run-model.ts';

export interface ScoreRequest {
  readonly dataset: Dataset;
  /** Path of a model.onnx. */
  readonly model: string;
  /** Name of the target that the model predicts; null: the only one. */
  readonly target: string | null;
}

export interface ScoreRow {
  readonly split: string;
  /** `null`: the split as a whole; else a group, such as `line_id` and its value. */
  readonly group: { readonly by: string; readonly value: string } | null;
  readonly model: Fit;
  /** The mean of the targets of the first split (train), for every example. */
  readonly mean: Fit;
  /** The last target that was known when the window ended. */
  readonly persistence: Fit;
}

export interface ScoreReport {
  readonly target: string;
  readonly rows: readonly ScoreRow[];
  readonly notes: readonly string[];
}

/** Tensors that are run at once. */
const RUN_BYTES = 4 << 20;
/** An attribute with more values is no grouping. */
const GROUPS_MAX = 50;

/** @throws WindrowError USAGE, MODEL, INPUT */
export async function scoreDataset(request: ScoreRequest): Promise<ScoreReport> {
  const { dataset } = request;
  const target = targetOf(request);
  if (dataset.manifest.columns.flat !== 'none') {
    throw new WindrowError(
      'USAGE',
      `${dataset.path}: found a flat dataset (--flat ${dataset.manifest.columns.flat}), expected tensors; export it without --flat`,
    );
  }
  const model = await loadModel(request.model, dataset);
  try {
    const scored = new ScoredExamples(dataset, target.column);
    const isLabelled = dataset.manifest.examples.from === 'labels';
    const columns = [
      ...['output_metric_id', 'line_id', 'window_end_ms', 'tensor', target.column],
      ...(isLabelled ? ['timestamp_ms', 'known_ms'] : []),
      ...dataset.manifest.columns.attributes,
    ];
    for await (const batch of readExamples(dataset, columns)) await scored.add(batch, model);
    return { target: target.name, rows: scored.rows(), notes: model.notes };
  } finally {
    await model.close();
  }
}

function targetOf({ dataset, target }: ScoreRequest): {
  readonly name: string;
  readonly column: string;
} {
  const { targets } = dataset.manifest.columns;
  const found = target === null ? targets : targets.filter(({ name }) => name === target);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = targets.map(({ name }) => name).join(', ');
  throw new WindrowError(
    'USAGE',
    targets.length === 0
      ? `${dataset.path}: found no target; export it with --labels or --target`
      : `--target: found ${target ?? 'none'}, expected one of ${known}`,
  );
}

/** Predictions and what they are held against, by example. */
class ScoredExamples {
  readonly #dataset: Dataset;
  readonly #column: string;
  readonly #splits: string[] = [];
  readonly #definitions: number[] = [];
  readonly #endsMs: number[] = [];
  readonly #knownMs: number[] = [];
  readonly #targets: number[] = [];
  readonly #predictions: number[] = [];
  /** By name of the grouping: the value of each example. */
  readonly #groups: ReadonlyMap<string, string[]>;

  constructor(dataset: Dataset, column: string) {
    this.#dataset = dataset;
    this.#column = column;
    const names = ['line_id', ...dataset.manifest.columns.attributes];
    this.#groups = new Map(names.map((name) => [name, []]));
  }

  async add(batch: ExampleBatch, model: LoadedModel): Promise<void> {
    const { definitions } = this.#dataset;
    const ids = batch.column('output_metric_id');
    const ends = batch.column('window_end_ms');
    const targets = batch.column(this.#column);
    for (let row = 0; row < batch.length; row++) {
      const endMs = Number(ends[row]);
      const target = targets[row];
      this.#splits.push(batch.split);
      this.#definitions.push(definitions.findIndex((d) => d.outputMetricId === ids[row]));
      this.#endsMs.push(endMs);
      this.#knownMs.push(this.#knownOf(batch, row, endMs));
      this.#targets.push(typeof target === 'number' ? target : Number.NaN);
    }
    for (const [name, values] of this.#groups) {
      const column = batch.column(name);
      for (let row = 0; row < batch.length; row++) values.push(textOf(column[row]));
    }
    await this.#predict(batch, model);
  }

  /** When the target was known: the label's time, or the end of the target's cells. */
  #knownOf(batch: ExampleBatch, row: number, endMs: number): number {
    const { examples } = this.#dataset.manifest;
    const { resolutionMs } = this.#dataset.definitions[0]!;
    if (examples.from === 'windows') {
      const spanMs = (examples.span_s ?? resolutionMs / 1000) * 1000;
      return endMs + (examples.horizon_s ?? 0) * 1000 + spanMs;
    }
    return Number(batch.column('known_ms')[row] ?? batch.column('timestamp_ms')[row]);
  }

  async #predict(batch: ExampleBatch, model: LoadedModel): Promise<void> {
    const { form } = this.#dataset;
    const length = tensorLength(form);
    const tensors = batch.column('tensor');
    const rows = Math.max(1, Math.floor(RUN_BYTES / (length * 8)));
    for (let from = 0; from < batch.length; from += rows) {
      const count = Math.min(rows, batch.length - from);
      const data =
        form.dtype === 'float64'
          ? new Float64Array(count * length)
          : new Float32Array(count * length);
      for (let i = 0; i < count; i++) {
        data.set(tensors[from + i] as ArrayLike<number>, i * length);
      }
      for (const value of await model.run(data, count)) this.#predictions.push(value);
    }
  }

  rows(): ScoreRow[] {
    const targets = Float64Array.from(this.#targets);
    const predictions = {
      model: Float64Array.from(this.#predictions),
      mean: new Float64Array(targets.length).fill(this.#trainMean()),
      persistence: persistence({
        definitions: Int32Array.from(this.#definitions),
        endsMs: Float64Array.from(this.#endsMs),
        knownMs: Float64Array.from(this.#knownMs),
        targets,
      }),
    };
    const row = (split: string, group: ScoreRow['group'], rows: readonly number[]): ScoreRow => ({
      split,
      group,
      model: fitOf(targets, predictions.model, rows),
      mean: fitOf(targets, predictions.mean, rows),
      persistence: fitOf(targets, predictions.persistence, rows),
    });
    return this.#dataset.manifest.data.flatMap(({ split }) => {
      const own = [...this.#splits.keys()].filter((i) => this.#splits[i] === split);
      const groups = [...this.#groups].flatMap(([by, values]) =>
        grouped(own, values).map(([value, rows]) => row(split, { by, value }, rows)),
      );
      return [row(split, null, own), ...groups];
    });
  }

  #trainMean(): number {
    const [first] = this.#dataset.manifest.data;
    const known = this.#targets.filter(
      (target, i) => Number.isFinite(target) && this.#splits[i] === first?.split,
    );
    return known.reduce((a, b) => a + b, 0) / known.length;
  }
}

/** Rows by value, in order of the values; none where there is but one value, or far too many. */
function grouped(
  rows: readonly number[],
  values: readonly string[],
): (readonly [value: string, rows: readonly number[]])[] {
  const byValue = Map.groupBy(rows, (i) => values[i]!);
  if (byValue.size < 2 || byValue.size > GROUPS_MAX) return [];
  return [...byValue].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
