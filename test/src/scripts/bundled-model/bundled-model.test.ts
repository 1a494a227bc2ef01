import { readFileSync } from 'node:fs';
import { checkDefinitions } from '@windrow/core';
import { definitionsFor, QUALITY_INPUT_NAMES, QUALITY_WINDOW_S } from '@windrow/simulator';
import { createScorer, FolderModelStore, readModelProto } from '@windrow/scoring';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { quality } from '../../../../scripts/bundled-model/quality-formula.ts';
import {
  trainQualityModel,
  type TrainedModel,
} from '../../../../scripts/bundled-model/train-quality-model.ts';
import { windowFeatures } from '../../../../scripts/bundled-model/window-features.ts';

const MODEL = `${import.meta.dirname}/../../../../models/extrusion-quality`;
const CHANNELS: number = QUALITY_INPUT_NAMES.length;

describe('the bundled model', () => {
  let trained: TrainedModel;
  beforeAll(async () => {
    trained = await trainQualityModel();
  });

  it('is, byte for byte, what the script in the repository makes', () => {
    expect(Buffer.from(trained.bytes).equals(readFileSync(`${MODEL}/1/model.onnx`))).toBe(true);
  });

  it('predicts what other lines will turn out to make', () => {
    const { r2, mae, maeOfMean, maeWherePersistence, maeOfPersistence } = trained.heldOut;
    expect(r2).toBeGreaterThan(0.8);
    expect(r2).toBeLessThan(0.95);
    expect(mae).toBeLessThan(maeOfMean / 2);
    expect(maeWherePersistence).toBeLessThan(maeOfPersistence / 2);
    expect(readFileSync(`${MODEL}/../README.md`, 'utf8')).toContain(` ${r2.toFixed(3)} |`);
  });

  it('computes in ONNX Runtime what the formula says, in any batch', async () => {
    // Windows around the training centre, far from it, and constant ones.
    const count = 64;
    const size = CHANNELS * QUALITY_WINDOW_S;
    const { centre, scale } = trained.formula;
    const data = Float64Array.from({ length: count * size }, (_, i) => {
      const channel = Math.floor(i / QUALITY_WINDOW_S) % CHANNELS;
      const window = Math.floor(i / size);
      const wave = window === 0 ? 0 : Math.sin(i * 12.9898) * 3 + Math.sin(window * channel);
      return centre[channel]! + scale[channel]! * wave * (window % 5);
    });
    const session = await InferenceSession.create(`${MODEL}/1/model.onnx`, {
      intraOpNumThreads: 1,
    });
    const window = new Tensor('float64', data, [count, CHANNELS, QUALITY_WINDOW_S]);
    const output = (await session.run({ window }))['burst_pressure']!;
    expect(output.dims).toEqual([count, 1]);
    const features = new Float64Array(CHANNELS * 2);
    const shape = { channels: CHANNELS, cells: QUALITY_WINDOW_S };
    for (const [i, value] of (output.data as Float64Array).entries()) {
      windowFeatures({ data, offset: i * size }, shape, features, 0);
      const expected = quality(trained.formula, features, 0);
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-12);
    }
    // The same bits whatever is scored with it, and wherever in memory it lies.
    for (const [first, windows, shift] of [
      [0, 1, 1],
      [7, 1, 0],
      [3, 5, 1],
      [1, 63, 3],
    ] as const) {
      const moved = new Float64Array(windows * size + shift);
      moved.set(data.subarray(first * size, (first + windows) * size), shift);
      const part = moved.subarray(shift);
      const tensor = new Tensor('float64', part, [windows, CHANNELS, QUALITY_WINDOW_S]);
      const result = (await session.run({ window: tensor }))['burst_pressure']!;
      expect([...(result.data as Float64Array)]).toEqual(
        [...(output.data as Float64Array)].slice(first, first + windows),
      );
    }
    await session.release();
  });

  it('fits the definitions of the simulator, by its own metadata', async () => {
    const entries = definitionsFor({ lines: 2, sensors: 25 });
    const definitions = checkDefinitions(
      entries.map((value, i) => ({ value, where: `entry ${i + 1}` })),
      'definitions',
    );
    const store = new FolderModelStore(`${MODEL}/..`);
    const scorer = await createScorer(definitions, store, { nowMs: () => performance.now() });
    expect(scorer.targets.map(({ model, dtype }) => [model.version, dtype])).toEqual([
      [1, 'float64'],
      [1, 'float64'],
    ]);
    await scorer.close();
    const { metadata } = readModelProto(trained.bytes);
    const { input_metric_ids: ids, ...rest } = Object.fromEntries(metadata);
    expect(ids).toBeUndefined();
    expect(JSON.parse(rest['input_names']!)).toEqual(QUALITY_INPUT_NAMES);
    expect(rest).toMatchObject({
      input_count: '25',
      window_size_s: '300',
      resolution_s: '1',
      layout: 'NCT',
      target_name: 'burst-pressure',
    });
  });
});
