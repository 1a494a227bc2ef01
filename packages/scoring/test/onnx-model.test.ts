import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OnnxModel } from '../src/onnx-model.ts';
import { DOUBLE, meanModel, onnxBytes, type TinyModel } from './onnx-bytes.ts';

function load(bytes: Uint8Array, folder = '.'): Promise<OnnxModel> {
  const identity = { identifier: 'm', version: 4, sha256: 'ab' };
  return OnnxModel.load({
    identity,
    path: 'store/m/4/model.onnx',
    bytes,
    folder,
    golden: null,
  });
}

const ones = { type: 'float64', dims: [1, 2, 2], data: Float64Array.of(1, 2, 3, 6) };

describe('load', () => {
  it('tells inputs, outputs and metadata', async () => {
    const model = await load(onnxBytes(meanModel(['N', 2, 'T'], { metadata: { layout: 'NCT' } })));
    expect(model.inputs).toEqual([{ name: 'x', type: 'float64', shape: ['N', 2, 'T'] }]);
    expect(model.outputs).toEqual([{ name: 'y', type: 'float64', shape: ['N'] }]);
    expect(model.metadata.get('layout')).toBe('NCT');
    await model.release();
  });

  it('initializers are no inputs, though the graph lists them', async () => {
    const value = { type: DOUBLE, shape: ['N', 2, 2] };
    const model = await load(
      onnxBytes({
        inputs: [
          { name: 'x', ...value },
          { name: 'b', type: DOUBLE, shape: [1] },
        ],
        outputs: [{ name: 'y', ...value }],
        nodes: [{ op: 'Add', inputs: ['x', 'b'], outputs: ['y'] }],
        initializers: [{ name: 'b', dims: [1], values: [5] }],
      }),
    );
    expect(model.inputs.map((i) => i.name)).toEqual(['x']);
    const { y } = await model.run({ x: ones }, ['y']);
    expect(y?.data).toEqual(Float64Array.of(6, 7, 8, 11));
    await model.release();
  });

  it('refuses what is no ONNX file, and what the runtime cannot run', async () => {
    await expect(load(Buffer.from('{}'))).rejects.toMatchObject({
      code: 'MODEL',
      message: expect.stringMatching(/^store\/m\/4\/model.onnx: no ONNX file, or a damaged one: /),
    });
    const nonsense: TinyModel = {
      ...meanModel(['N', 2, 2]),
      nodes: [{ op: 'Guess', inputs: ['x'], outputs: ['y'] }],
    };
    await expect(load(onnxBytes(nonsense))).rejects.toMatchObject({
      code: 'MODEL',
      message: expect.stringMatching(
        /ONNX Runtime cannot load it: .*Guess.* \(written by windrow-tests 1.2, IR version 8, operator sets ai.onnx 17\)/s,
      ),
    });
  });

  it('finds external data beside the file, and says what is missing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'windrow-external-'));
    try {
      const bytes = onnxBytes({
        inputs: [{ name: 'x', type: DOUBLE, shape: ['N', 2, 2] }],
        outputs: [{ name: 'y', type: DOUBLE, shape: ['N', 2, 2] }],
        nodes: [{ op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
        initializers: [{ name: 'w', dims: [2, 2], values: [], location: 'weights.bin' }],
      });
      await expect(load(bytes, folder)).rejects.toMatchObject({
        code: 'MODEL',
        message: expect.stringContaining('weights.bin'),
      });
      writeFileSync(
        join(folder, 'weights.bin'),
        Buffer.from(Float64Array.of(1, 10, 100, 0).buffer),
      );
      const model = await load(bytes, folder);
      const { y } = await model.run({ x: ones }, ['y']);
      expect(y?.data).toEqual(Float64Array.of(1, 20, 300, 0));
      await model.release();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('run', () => {
  it('reads a view with an offset where it lies', async () => {
    const model = await load(onnxBytes(meanModel(['N', 2, 2])));
    const data = Float64Array.of(9, 9, 1, 2, 3, 6, 9).subarray(2, 6);
    const { y } = await model.run({ x: { type: 'float64', dims: [1, 2, 2], data } }, ['y']);
    expect(y).toMatchObject({ type: 'float64', dims: [1], data: Float64Array.of(3) });
    await model.release();
  });

  it('names model, version and cause where the runtime fails', async () => {
    const model = await load(onnxBytes(meanModel(['N', 2, 2])));
    const x = { type: 'float64', dims: [1, 3, 1], data: new Float64Array(3) };
    await expect(model.run({ x }, ['y'])).rejects.toMatchObject({
      code: 'MODEL',
      message: expect.stringMatching(/model m version 4 failed on a run: .*invalid dimensions/s),
      cause: expect.any(Error),
    });
    await model.release();
  });
});

describe('release', () => {
  it('waits for the runs that were started, and lets no other begin', async () => {
    const model = await load(onnxBytes(meanModel(['N', 2, 2])));
    const done: string[] = [];
    const runs = [1, 2, 3].map((n) =>
      model.run({ x: ones }, ['y']).then(({ y }) => done.push(`${n}: ${String(y?.data)}`)),
    );
    const released = model.release().then(() => done.push('released'));
    await expect(model.run({ x: ones }, ['y'])).rejects.toThrow(/run after release/);
    await Promise.all([...runs, released, model.release()]);
    expect(done).toEqual(['1: 3', '2: 3', '3: 3', 'released']);
  });
});
