import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import { OnnxModel } from '../src/onnx-model.ts';
import type { TensorData, TensorValue } from '../src/tensor-value.ts';
import { FIXTURES, areFixturesMissing } from './fixtures.ts';

const FOLDER = join(FIXTURES, 'onnx-conformance');

interface Entry {
  readonly name: string;
  readonly model: string;
  readonly golden: string | null;
  readonly golden_from: string | null;
  readonly outputs: readonly (readonly [string, string, readonly unknown[]])[] | null;
}

interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

interface Golden {
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs: Readonly<Record<string, GoldenTensor>>;
}

/** Models that ONNX Runtime 1.30 does not run, and why. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  test_gru_batchwise: /Batchwise recurrent operations \(layout == 1\) are not supported/,
  test_Linear: /Could not find an implementation for Gemm\(6\)/,
};

/** |found - golden| <= ABSOLUTE + RELATIVE |golden|: what the manifest saw is at most 1.8e-8 to 1.2e-7. Equal for all but floats. */
const ABSOLUTE = 1e-6;
const RELATIVE = 1e-5;

const manifest: readonly Entry[] = areFixturesMissing
  ? []
  : (JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as Entry[]);

function load(entry: Entry): Promise<OnnxModel> {
  const path = join(FOLDER, entry.model);
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const identity = { identifier: entry.name, version: 1, sha256 };
  return OnnxModel.load({ identity, path, bytes, folder: dirname(path), golden: null });
}

const ARRAYS: Readonly<Record<string, (data: readonly number[]) => TensorData>> = {
  float32: (d) => Float32Array.from(d),
  float64: (d) => Float64Array.from(d),
  int32: (d) => Int32Array.from(d),
  int64: (d) => BigInt64Array.from(d, BigInt),
  bool: (d) => Uint8Array.from(d),
};

/** Goldens write NaN and the infinities as text, and bool as true and false. */
function tensorOf({ dtype, shape, data }: GoldenTensor): TensorValue {
  const array = ARRAYS[dtype];
  if (array === undefined) throw new Error(`a golden of type ${dtype}`);
  return { type: dtype, dims: shape, data: array(data.map(Number)) };
}

describe.skipIf(areFixturesMissing)(
  'onnx-conformance (skipped: ../shared is not beside the project)',
  () => {
    it('has the models that are expected', () => {
      expect(manifest).toHaveLength(33);
      const without = manifest.filter((e) => e.golden === null).map((e) => e.name);
      expect(without.toSorted()).toEqual(Object.keys(REFUSED).toSorted());
    });

    it.each(manifest.filter((e) => e.name in REFUSED).map((e) => [e.name, e] as const))(
      '%s is refused, with the reason',
      async (name, entry) => {
        const error: unknown = await load(entry).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(WindrowError);
        expect(error).toMatchObject({
          code: 'MODEL',
          message: expect.stringMatching(REFUSED[name]!),
        });
      },
    );

    it.each(manifest.filter((e) => e.golden !== null).map((e) => [e.name, e] as const))(
      '%s gives its golden outputs',
      async (_, entry) => {
        const model = await load(entry);
        expect(model.outputs.map((o) => o.name)).toEqual(entry.outputs!.map(([name]) => name));
        const goldens = JSON.parse(readFileSync(join(FOLDER, entry.golden!), 'utf8')) as Golden[];
        expect(goldens.length).toBeGreaterThan(0);
        for (const { inputs, outputs } of goldens) {
          const feeds = Object.fromEntries(
            Object.entries(inputs).map(([n, t]) => [n, tensorOf(t)]),
          );
          const results = await model.run(feeds, Object.keys(outputs));
          for (const [name, golden] of Object.entries(outputs)) {
            const expected = tensorOf(golden);
            // What the training library gave has its own type and shape: [1] of float64 for [1, 1] of float32.
            const isOfLibrary = entry.golden_from === 'upstream io.npz';
            const { type, dims } = isOfLibrary ? results[name]! : expected;
            expect(results[name]).toMatchObject({ type, dims });
            expect(differences(results[name]!.data, expected.data)).toEqual([]);
          }
        }
        await model.release();
      },
    );
  },
);

/** Elements that are not close enough, and a different number of them. */
function differences(found: TensorData, golden: TensorData): string[] {
  const wrong = found.length === golden.length ? [] : [`${found.length} elements`];
  const isFloat = found instanceof Float32Array || found instanceof Float64Array;
  for (let i = 0; i < golden.length; i++) {
    const [value, expected] = [Number(found[i]), Number(golden[i])];
    const isClose =
      Object.is(value, expected) ||
      (isFloat && Math.abs(value - expected) <= ABSOLUTE + RELATIVE * Math.abs(expected));
    if (!isClose) wrong.push(`[${i}]: ${value}, golden ${expected}`);
  }
  return wrong;
}
