/** One example for each label: its window is the last one that ended at or before its time plus the lag. */
import type { EndRange } from '@windrow/windowing';
import type { CollectedWindows } from '../collect/collect-windows.ts';
import type { Label } from '../labels/label.ts';
import { labelWindowEnd } from '../labels/label-window.ts';
import type { TensorForm } from '../tensor-form.ts';
import { exampleColumns, type ExampleColumns, type ExampleRow } from './example-columns.ts';

/**
 * What became of the settled labels. A line with several definitions counts its labels for each of them; `unknownLine` counts
 * those for which there is none.
 */
export interface LabelOutcomes {
  used: number;
  unknownLine: number;
  /** The window ends at the range's start or before. */
  tooEarly: number;
  /** The window ends after the range. */
  tooLate: number;
  /** The window has no sample at all, as before the first one and while the line stood. */
  empty: number;
  belowCoverage: number;
  incomplete: number;
}

/** Labels of one product: the same line and time, a target each. */
interface Product {
  readonly timestampMs: number;
  readonly labels: readonly Label[];
}

export class LabelledWindows {
  readonly #form: TensorForm;
  readonly #lagMs: number;
  readonly #products: ReadonlyMap<string, readonly Product[]>;
  readonly #targets: readonly string[];
  readonly #attributes: readonly string[];
  /** By definition: the window ends that labels ask for. */
  readonly #wanted: readonly ReadonlySet<number>[];

  /** @param labels settled: in ascending order of line, time and target, and without repeats of these */
  constructor(
    form: TensorForm,
    labels: readonly Label[],
    options: { readonly lagMs: number; readonly attributes: readonly string[] },
  ) {
    this.#form = form;
    this.#lagMs = options.lagMs;
    this.#attributes = options.attributes;
    this.#products = productsByLine(labels);
    this.#targets = [...new Set(labels.map((label) => label.target))].toSorted();
    this.#wanted = form.definitions.map(
      (definition) =>
        new Set(
          (this.#products.get(definition.lineId) ?? []).map(({ timestampMs }) =>
            labelWindowEnd(definition, timestampMs, options.lagMs),
          ),
        ),
    );
  }

  /** Whether a label asks for this window. */
  wants(definition: number, endMs: number): boolean {
    return this.#wanted[definition]!.has(endMs);
  }

  /** @param range the window ends that were asked for */
  examples(
    windows: CollectedWindows,
    range: EndRange,
  ): { readonly examples: ExampleColumns; readonly outcomes: LabelOutcomes } {
    const outcomes = newOutcomes();
    const lines = new Set(this.#form.definitions.map((definition) => definition.lineId));
    for (const [lineId, products] of this.#products) {
      if (!lines.has(lineId)) outcomes.unknownLine += count(products);
    }
    const rows: ExampleRow[] = [];
    for (const [d, definition] of this.#form.definitions.entries()) {
      const { endsMs, records } = windows.records.windows(d);
      const recordOf = new Map(Array.from(endsMs, (endMs, i) => [endMs, records[i]!]));
      for (const product of this.#products.get(definition.lineId) ?? []) {
        const endMs = labelWindowEnd(definition, product.timestampMs, this.#lagMs);
        const record = recordOf.get(endMs);
        const labels = product.labels.length;
        if (endMs <= range.afterMs) outcomes.tooEarly += labels;
        else if (endMs > range.untilMs) outcomes.tooLate += labels;
        else if (record === undefined) {
          const reason = windows.refused[d]!.get(endMs);
          if (reason === 'coverage') outcomes.belowCoverage += labels;
          else if (reason === 'missing') outcomes.incomplete += labels;
          else outcomes.empty += labels;
        } else {
          outcomes.used += labels;
          rows.push(this.#row(d, endMs, record, product));
        }
      }
    }
    const names = { targets: this.#targets, attributes: this.#attributes };
    return { examples: exampleColumns(rows, names, true), outcomes };
  }

  #row(definition: number, endMs: number, record: number, product: Product): ExampleRow {
    const { labels, timestampMs } = product;
    const known = labels.map((label) => label.knownMs ?? Number.NaN);
    return {
      definition,
      endMs,
      record,
      reachMs: Math.max(endMs, timestampMs),
      timestampMs,
      // NaN, not said, where one of them is.
      knownMs: known.reduce((a, b) => Math.max(a, b)),
      targets: this.#targets.map(
        (name) => labels.find((label) => label.target === name)?.value ?? Number.NaN,
      ),
      // Targets of one product rarely disagree; where they do, the first that says something holds.
      attributes: this.#attributes.map(
        (_, a) => labels.find((label) => label.attributes[a] !== null)?.attributes[a] ?? null,
      ),
    };
  }
}

function productsByLine(labels: readonly Label[]): Map<string, Product[]> {
  const lines = new Map<string, { timestampMs: number; labels: Label[] }[]>();
  for (const label of labels) {
    const { lineId, timestampMs } = label;
    let products = lines.get(lineId);
    if (products === undefined) lines.set(lineId, (products = []));
    const last = products.at(-1);
    if (last?.timestampMs === timestampMs) last.labels.push(label);
    else products.push({ timestampMs, labels: [label] });
  }
  return lines;
}

function count(products: readonly Product[]): number {
  return products.reduce((sum, product) => sum + product.labels.length, 0);
}

function newOutcomes(): LabelOutcomes {
  return {
    used: 0,
    unknownLine: 0,
    tooEarly: 0,
    tooLate: 0,
    empty: 0,
    belowCoverage: 0,
    incomplete: 0,
  };
}
