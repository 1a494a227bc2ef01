import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { encodeOnnxModel, type OnnxModel } from '../../../../scripts/onnx/model-proto.ts';

const model: OnnxModel = {
  name: 'sum of squares',
  inputs: [{ name: 'x', shape: ['N', 3] }],
  outputs: [{ name: 'y', shape: ['N', 1] }],
  nodes: [
    { op: 'Mul', inputs: ['x', 'x'], output: 'squares' },
    { op: 'Mul', inputs: ['squares', 'weights'], output: 'weighted' },
    { op: 'ReduceMean', inputs: ['weighted'], output: 'y', attributes: { axes: [1], keepdims: 1 } },
  ],
  initializers: [{ name: 'weights', dims: [3], data: Float64Array.of(1, 2, 3) }],
  metadata: { author: 'a test' },
};

describe('encodeOnnxModel', () => {
  it('writes models that ONNX Runtime runs', async () => {
    const session = await InferenceSession.create(encodeOnnxModel(model));
    const x = new Tensor('float64', Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const { y } = await session.run({ x });
    expect(y!.dims).toEqual([2, 1]);
    expect([...(y!.data as Float64Array)]).toEqual([(1 + 8 + 27) / 3, (16 + 50 + 108) / 3]);
    await session.release();
  });

  it('refuses a constant whose shape is not its length', () => {
    const initializers = [{ name: 'weights', dims: [2, 2], data: Float64Array.of(1, 2, 3) }];
    expect(() => encodeOnnxModel({ ...model, initializers })).toThrow(
      'weights: found 3 numbers, expected 4 for [2, 2]',
    );
  });
});
