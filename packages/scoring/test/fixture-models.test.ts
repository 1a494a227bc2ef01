import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { WindrowError, type Definition } from '@windrow/core';
import { createScorer } from '../src/create-scorer.ts';
import { FolderModelStore } from '../src/folder-model-store.ts';
import type { ModelScorer } from '../src/model-scorer.ts';
import { OnnxModel } from '../src/onnx-model.ts';
import { FIXTURES, areFixturesMissing, fixtureDefinitions } from './fixtures.ts';

const options = { nowMs: () => performance.now() };
const SETS = ['liveline', 'wells', 'nab'] as const;

/** Of the data type in which the model computes: `golden/README.md`. */
function toleranceOf(definition: Definition): number {
  return /lgbm|hourly|missing|f32/.test(definition.modelIdentifier) ? 1e-4 : 1e-9;
}

function open(definitions: readonly Definition[], folder = 'models'): Promise<ModelScorer> {
  return createScorer(definitions, new FolderModelStore(join(FIXTURES, folder)), options);
}

function relative(a: number, b: number): number {
  return Object.is(a, b) ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

/** Golden tensors of a definition and the predictions of these windows. */
function goldenOf(
  set: string,
  definition: Definition,
): [endMs: number, tensor: Float64Array, value: number][] {
  const predictions = new Map<number, number>();
  for (const line of readFileSync(join(FIXTURES, `golden/${set}.csv`), 'utf8').split('\n')) {
    const [id, endMs, value] = line.split(',');
    if (id === definition.outputMetricId) predictions.set(Number(endMs), Number(value));
  }
  const file = `golden/tensors-${definition.outputMetricName}.arrow`;
  const table = tableFromIPC(readFileSync(join(FIXTURES, file)));
  return Array.from({ length: table.numRows }, (_, i) => {
    const endMs = Number(table.getChild('window_end_ms')!.get(i));
    const bytes = Uint8Array.from(table.getChild('data_f64')!.get(i) as Uint8Array);
    return [endMs, new Float64Array(bytes.buffer), predictions.get(endMs) ?? Number.NaN];
  });
}

describe.skipIf(areFixturesMissing)(
  'fixtures (skipped: ../shared is not beside the project)',
  () => {
    it.each(SETS)('%s: golden tensors give the golden predictions', async (set) => {
      const definitions = fixtureDefinitions(set);
      const scorer = await open(definitions);
      const golden = definitions.map((d) => goldenOf(set, d));
      const wrong: string[] = [];
      let checked = 0;
      for (const [target, windows] of golden.entries()) {
        for (const [endMs, tensor] of windows) {
          const row = scorer.reserve(target)!;
          row.data.set(tensor, row.offset);
          scorer.commit(target, endMs);
        }
      }
      await scorer.drain(true, ({ length, targets, windowEndsMs, values }) => {
        for (let i = 0; i < length; i++) {
          const target = targets[i]!;
          const definition = definitions[target]!;
          const [, , value] = golden[target]!.find(([endMs]) => endMs === windowEndsMs[i])!;
          checked++;
          const isRight = Number.isNaN(value)
            ? !Number.isFinite(values[i])
            : relative(values[i]!, value) <= toleranceOf(definition);
          if (!isRight) {
            wrong.push(
              `${definition.outputMetricName} at ${windowEndsMs[i]}: ${values[i]}, golden ${value}`,
            );
          }
        }
      });
      expect(wrong).toEqual([]);
      expect(checked).toBe(golden.flat().length);
      expect(golden.every((g) => g.length > 0)).toBe(true);
      await scorer.close();
    });

    it('notes the one model that gets other windows than it was trained on', async () => {
      const scorer = await open(fixtureDefinitions('liveline'));
      expect(scorer.notes).toHaveLength(1);
      expect(scorer.notes[0]).toMatch(
        /small\/2.*"liveline-pinned-60-10".*window_size_s: found "300.0", not 60/,
      );
      expect(scorer.targets.map((t) => t.model.version)).toEqual([1, 1, 1, 1, 1, 1, 3, 2, 1, 1]);
      await scorer.close();
    });

    it('nab: version 10 is newer than 9', async () => {
      const scorer = await open(fixtureDefinitions('nab'));
      expect(scorer.targets[0]!.model).toMatchObject({ identifier: 'nab-next', version: 10 });
      await scorer.close();
    });

    it.each<readonly [string, RegExp]>([
      ['empty', /no ONNX file, or a damaged one: found an empty file/],
      ['metadata-input-count', /metadata input_count: found "13", expected 14/],
      ['metadata-input-order', /metadata input_metric_ids\[0\]: .* the same in another order/],
      ['other-window', /input "input-0" shape: found \[N, 14, 290\], expected \[N, 14, 300\]/],
      ['string-input', /input "input-0" type: found tensor\(string\)/],
      ['text', /no ONNX file, or a damaged one: byte \d+: found wire type 4/],
      ['too-few-channels', /the model takes 13 inputs, input_metric_ids has 14/],
      [
        'truncated',
        /no ONNX file, or a damaged one: byte \d+: found a field \d+ of \d+ bytes where \d+ are left/,
      ],
      [
        'two-numbers-per-window',
        /output "output-0" shape: found \[N, 2\], expected \[N\] or \[N, 1\]/,
      ],
      [
        'zipmap-classifier',
        /output "output_probability" type: found a sequence or a map, .*'zipmap': False/,
      ],
    ])('models-bad/%s is refused', async (name, message) => {
      const definitions = fixtureDefinitions('models-bad').filter(
        (d) => d.modelIdentifier === name,
      );
      expect(definitions).toHaveLength(1);
      const error: unknown = await open(definitions, 'models-bad').catch((e: unknown) => e);
      expect(error).toBeInstanceOf(WindrowError);
      expect(error).toMatchObject({ code: 'MODEL', message: expect.stringMatching(message) });
      expect(error).toMatchObject({
        message: expect.stringContaining(`models-bad/${name}/1/model.onnx`),
      });
    });

    it('all of models-bad together: every one is named', async () => {
      const definitions = fixtureDefinitions('models-bad');
      const error: unknown = await open(definitions, 'models-bad').catch((e: unknown) => e);
      for (const { outputMetricId } of definitions) expect(String(error)).toContain(outputMetricId);
    });

    it.each(SETS)(
      '%s: a score does not depend on the rows beside it, for runs of 1 to 64 rows',
      async (set) => {
        const store = new FolderModelStore(join(FIXTURES, 'models'));
        const scorer = await open(fixtureDefinitions(set));
        const wrong: string[] = [];
        for (const { definition, model: identity, dtype } of scorer.targets) {
          const model = await OnnxModel.load(
            await store.open(identity.identifier, identity.version),
          );
          const [input] = model.inputs;
          const cells = definition.windowMs / definition.resolutionMs;
          const channels = definition.inputMetricIds.length;
          const matrix =
            definition.layout === 'channel_major' ? [channels, cells] : [cells, channels];
          const dims = input!.shape.length === 2 ? [channels * cells] : matrix;
          const windows = similarTo(
            goldenOf(set, definition).map(([, tensor]) => tensor),
            64,
          );
          const length = channels * cells;
          const all = new (dtype === 'float64' ? Float64Array : Float32Array)(64 * length);
          for (const [i, w] of windows.entries()) all.set(w, i * length);
          const run = async (from: number, rows: number): Promise<readonly number[]> => {
            const data = all.subarray(from * length, (from + rows) * length);
            const [name] = model.outputs.map((o) => o.name);
            const result = await model.run(
              { [input!.name]: { type: dtype, dims: [rows, ...dims], data } },
              [name!],
            );
            return Array.from(result[name!]!.data as Float64Array);
          };
          const isDouble = dtype === 'float64' && model.outputs[0]!.type === 'float64';
          const alone: number[] = [];
          for (let i = 0; i < 64; i++) alone.push(...(await run(i, 1)));
          for (let rows = 2; rows <= 64; rows++) {
            for (const from of new Set([0, 64 - rows])) {
              const worst = (await run(from, rows)).reduce(
                (w, v, i) => Math.max(w, relative(v, alone[from + i]!)),
                0,
              );
              if (!(worst <= (isDouble ? 1e-12 : 1e-6))) {
                wrong.push(`${definition.outputMetricName}, ${rows} rows: ${worst}`);
              }
            }
          }
          await model.release();
        }
        expect(wrong).toEqual([]);
        await scorer.close();
      },
    );
  },
);

/** `count` windows: the golden ones, and such with each cell moved a little. */
function similarTo(windows: readonly Float64Array[], count: number): Float64Array[] {
  return Array.from({ length: count }, (_, i) =>
    windows[i % windows.length]!.map((v, k) => v * (1 + 1e-3 * Math.sin(i * 31 + k))),
  );
}
