/** Tensors, byte for byte, against those that were computed elsewhere: also of windows that are not scored. */
import { readFileSync, readdirSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { MetricDictionary, type Definition, type TensorRow, type TensorViews } from '@windrow/core';
import { fileSource, readDefinitions } from '@windrow/io';
import { WindowEngine, type DeliveryRule, type TensorSink } from '@windrow/windowing';
import { describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';

type Dtype = 'float64' | 'float32';

/** Keeps the bytes of the windows that are asked for. */
class Keeper implements TensorSink {
  readonly tensors: Map<number, Uint8Array> = new Map();
  readonly #wanted: ReadonlySet<number>;
  readonly #row: TensorRow;
  readonly views: TensorViews = {
    takes: () => true,
    isBusy: () => false,
    lend: (_target, endMs, row) => this.#keep(endMs, row),
  };

  constructor(definition: Definition, dtype: Dtype, wanted: ReadonlySet<number>) {
    const length =
      (definition.windowMs / definition.resolutionMs) * definition.inputMetricIds.length;
    this.#row = {
      data: dtype === 'float64' ? new Float64Array(length) : new Float32Array(length),
      offset: 0,
    };
    this.#wanted = wanted;
  }

  reserve(): TensorRow {
    return this.#row;
  }

  commit(_target: number, endMs: number): void {
    this.#keep(endMs, this.#row);
  }

  #keep(endMs: number, { data, offset }: TensorRow): void {
    if (!this.#wanted.has(endMs)) return;
    const tensor = data.slice(offset, offset + this.#row.data.length);
    this.tensors.set(endMs, new Uint8Array(tensor.buffer));
  }
}

/** Every window of the definition becomes a tensor, NaN where a cell is missing. */
async function tensorsOf(
  definition: Definition,
  dtype: Dtype,
  data: string,
  wanted: ReadonlySet<number>,
  delivery: DeliveryRule,
): Promise<Map<number, Uint8Array>> {
  const always = { ...definition, allowMissing: true, minCoverage: 0 };
  const dictionary = MetricDictionary.of(definition.inputMetricIds);
  const source = fileSource(fixture(`data/${data}`));
  const splits = await source.splits(null);
  const firstMs = Math.min(...splits.map((split) => split.minMs!));
  const lastMs = Math.max(...splits.map((split) => split.maxMs!));
  const engine = new WindowEngine([{ definition: always, dtype }], {
    dictionary,
    outOfOrderMs: null,
    aheadMs: lastMs + 1 - firstMs,
    range: { afterMs: Math.min(...wanted) - 1, untilMs: Math.max(...wanted) },
    delivery,
  });
  const keeper = new Keeper(definition, dtype, wanted);
  engine.advance(firstMs);
  engine.run(keeper);
  for (const split of splits) {
    const reject = (): void => undefined;
    for await (const batch of source.read(split, { dictionary, range: null, reject })) {
      engine.push(batch);
      engine.run(keeper);
    }
  }
  engine.finish();
  engine.run(keeper);
  return keeper.tensors;
}

const files = hasFixtures
  ? readdirSync(fixture('golden')).filter((name) => /^tensors-.*\.arrow$/.test(name))
  : [];
const dataOf = (name: string): readonly [data: string, definitions: string] =>
  name.startsWith('tensors-rough-')
    ? ['liveline-30min-rough.parquet', 'liveline.json']
    : name.startsWith('tensors-liveline-')
      ? ['liveline.parquet', 'liveline.json']
      : name.startsWith('tensors-wells-')
        ? ['wells.parquet', 'wells.json']
        : ['nab.parquet', 'nab.json'];

describe.skipIf(!hasFixtures)(`tensors equal the goldens byte for byte${SKIPPED}`, () => {
  it('has goldens to compare', () => expect(files.length).toBeGreaterThan(20));

  it.each(files)('%s', async (file) => {
    const golden = tableFromIPC(readFileSync(fixture(`golden/${file}`)));
    if (golden.numRows === 0) return;
    const [data, definitionsFile] = dataOf(file);
    const { definitions } = await readDefinitions(fixture(`definitions/${definitionsFile}`));
    const id = golden.schema.metadata.get('output_metric_id');
    const definition = definitions.find((d) => d.outputMetricId === id)!;
    const ends = Array.from(golden.getChild('window_end_ms')!, Number);
    for (const [column, dtype] of [
      ['data_f64', 'float64'],
      ['data_f32', 'float32'],
    ] as const) {
      const expected = golden.getChild(column);
      if (expected === null) continue;
      for (const delivery of ['by_the_hundred', 'view'] as const) {
        const tensors = await tensorsOf(definition, dtype, data, new Set(ends), delivery);
        for (const [row, end] of ends.entries()) {
          const found = tensors.get(end);
          const wanted: unknown = expected.get(row);
          expect(wanted).toBeInstanceOf(Uint8Array);
          expect(
            found === undefined ? -1 : Buffer.compare(found, wanted as Uint8Array),
            `${column} of ${end}, ${delivery}`,
          ).toBe(0);
        }
      }
    }
  });
});
