/** A model over the tensors of a dataset, as production would run it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { WindrowError, assert, messageOf } from '@windrow/core';
import { OnnxModel, checkModel, type ModelBinding } from '@windrow/scoring';
import type { Dataset } from '../dataset/read-manifest.ts';
import { tensorLength } from '../tensor-form.ts';

export interface LoadedModel {
  /** One number for each tensor, which lie one after the other. */
  run(tensors: Float64Array | Float32Array, count: number): Promise<Float64Array>;
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** @throws WindrowError MODEL where the model cannot be loaded or does not fit the dataset's definitions */
export async function loadModel(path: string, dataset: Dataset): Promise<LoadedModel> {
  const model = await OnnxModel.load(await readModelFile(path));
  try {
    const notes: string[] = [];
    let binding: ModelBinding | null = null;
    for (const definition of dataset.definitions) {
      const checked = checkModel(definition, model);
      notes.push(...checked.notes);
      binding = checked.binding;
    }
    assert(binding !== null, 'a dataset has a definition');
    refuseLoss(path, binding, dataset);
    const { inputName, dtype, rowDims, batch, outputName } = binding;
    const length = tensorLength(dataset.form);
    const runBatch = async (
      data: Float64Array | Float32Array,
      count: number,
    ): Promise<number[]> => {
      const feeds = { [inputName]: { type: dtype, dims: [count, ...rowDims], data } };
      const output = (await model.run(feeds, [outputName]))[outputName]!;
      if (output.data.length !== count) {
        throw new WindrowError(
          'MODEL',
          `${path}: found ${output.data.length} numbers in output ${outputName} for ${count} windows, expected one for each`,
        );
      }
      return Array.from(output.data as ArrayLike<number>, Number);
    };
    return {
      notes: [...new Set(notes)],
      async run(tensors, count) {
        const data = dtype === 'float64' ? tensors : Float32Array.from(tensors);
        if (batch === 'any') return Float64Array.from(await runBatch(data, count));
        const values: number[] = [];
        for (let i = 0; i < count; i++) {
          values.push(...(await runBatch(data.subarray(i * length, (i + 1) * length), 1)));
        }
        return Float64Array.from(values);
      },
      close: () => model.release(),
    };
  } catch (error) {
    await model.release();
    throw error;
  }
}

/** float32 numbers in a model that takes float64 are not what production gives it. */
function refuseLoss(path: string, { dtype }: ModelBinding, { form, path: dataset }: Dataset): void {
  if (dtype === form.dtype || form.dtype === 'float64') return;
  throw new WindrowError(
    'MODEL',
    `${path}: the model takes ${dtype}, and ${dataset} holds ${form.dtype}; export the dataset with --dtype float64`,
  );
}

async function readModelFile(path: string): Promise<Parameters<typeof OnnxModel.load>[0]> {
  try {
    const bytes = await readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const identity = { identifier: path, version: 0, sha256 };
    return { identity, path, bytes, folder: dirname(resolve(path)), golden: null };
  } catch (error) {
    throw new WindrowError(
      'MODEL',
      `${path}: cannot be read: ${messageOf(error)}; expected a model.onnx`,
      { cause: error },
    );
  }
}
