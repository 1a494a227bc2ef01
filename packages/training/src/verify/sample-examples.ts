/** Some examples of a dataset, drawn by a seed, with what they say of their windows. */
import type { ExampleBatch } from '../dataset/read-examples.ts';
import { readExamples } from '../dataset/read-examples.ts';
import type { Dataset } from '../dataset/read-manifest.ts';
import { featureNames, fillFeatures } from '../output/example-layout.ts';

export interface SampledExample {
  /** Index into the dataset's definitions. */
  readonly definition: number;
  readonly endMs: number;
  readonly part: string;
  /** 0-based. */
  readonly row: number;
  /** How its numbers differ from those of this tensor, bit by bit; null where they do not. */
  difference(tensor: Float64Array | Float32Array | null): string | null;
}

/** Numbers of an example, and what each is called. */
interface Stored {
  readonly numbers: Float64Array;
  readonly nameOf: (index: number) => string;
  /** The same numbers of a tensor. */
  readonly of: (tensor: Float64Array | Float32Array) => ArrayLike<number>;
}

export async function sampleExamples(
  dataset: Dataset,
  options: { readonly samples: number; readonly seed: number },
): Promise<{ readonly sampled: readonly SampledExample[]; readonly examples: number }> {
  const { manifest, definitions } = dataset;
  const examples = manifest.data.reduce((sum, { examples: count }) => sum + count, 0);
  const drawn = draw(examples, options.samples, options.seed);
  const { flat } = manifest.columns;
  const names = manifest.inputs.map(({ name }) => name);
  const features = flat === 'none' ? ['tensor'] : featureNames(dataset.form, flat, names);
  const sampled: SampledExample[] = [];
  let before = 0;
  for await (const batch of readExamples(dataset, [
    'output_metric_id',
    'window_end_ms',
    ...features,
  ])) {
    for (let row = 0; row < batch.length; row++) {
      if (!drawn.has(before + row)) continue;
      const id = batch.column('output_metric_id')[row];
      const stored = storedNumbers(dataset, batch, row, features);
      sampled.push({
        definition: definitions.findIndex((definition) => definition.outputMetricId === id),
        endMs: Number(batch.column('window_end_ms')[row]),
        part: batch.part,
        row: batch.firstRow + row,
        difference: (tensor) => difference(stored, tensor),
      });
    }
    before += batch.length;
  }
  return { sampled, examples };
}

function storedNumbers(
  { form, manifest }: Dataset,
  batch: ExampleBatch,
  row: number,
  features: readonly string[],
): Stored {
  const { flat } = manifest.columns;
  if (flat === 'none') {
    const numbers = Float64Array.from(batch.column('tensor')[row] as ArrayLike<number>);
    const [, width] = form.shape;
    const [first, second] = form.dimNames;
    const nameOf = (i: number): string =>
      `${first} ${Math.floor(i / width)}, ${second} ${i % width}`;
    return { numbers, nameOf, of: (tensor) => tensor };
  }
  return {
    numbers: Float64Array.from(features, (name) => Number(batch.column(name)[row])),
    nameOf: (i) => features[i]!,
    of: (tensor) => {
      const out = new Float64Array(features.length);
      fillFeatures(form, flat, tensor, out);
      return out;
    },
  };
}

function difference(stored: Stored, tensor: Float64Array | Float32Array | null): string | null {
  if (tensor === null) return 'the stream does not score this window';
  const made = stored.of(tensor);
  const { numbers } = stored;
  let count = 0;
  let first = -1;
  for (let i = 0; i < numbers.length; i++) {
    if (Object.is(numbers[i], made[i])) continue;
    if (count++ === 0) first = i;
  }
  if (count === 0) return null;
  return `${count} of ${numbers.length} numbers differ, the first at ${stored.nameOf(first)}: found ${numbers[first]} in the dataset, ${made[first]} from the stream`;
}

/** `count` different numbers below `total`; all where there are no more (a linear congruential generator). */
function draw(total: number, count: number, seed: number): ReadonlySet<number> {
  if (count >= total) return new Set(Array.from({ length: total }, (_, i) => i));
  const drawn = new Set<number>();
  let state = (seed ^ 0x9e3779b9) >>> 0;
  while (drawn.size < count) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    drawn.add(Math.floor((state / 2 ** 32) * total));
  }
  return drawn;
}
