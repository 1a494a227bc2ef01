/** Models whose numbers tell their version: the mean of the window plus a thousand times the version. */
import { DOUBLE, type TinyModel } from './onnx-bytes.ts';

export const STEP = 1000;

export function versionModel(version: number, inputs = 1, cells = 1): TinyModel {
  return {
    inputs: [{ name: 'x', type: DOUBLE, shape: ['N', inputs, cells] }],
    outputs: [{ name: 'y', type: DOUBLE, shape: ['N'] }],
    initializers: [{ name: 'v', dims: [1], values: [version * STEP] }],
    nodes: [
      {
        op: 'ReduceMean',
        inputs: ['x'],
        outputs: ['m'],
        attributes: { axes: [1, 2], keepdims: 0 },
      },
      { op: 'Add', inputs: ['m', 'v'], outputs: ['y'] },
    ],
  };
}

/** What `golden.json` says of it for the window of nothing but `value`. */
export function versionGolden(version: number, value: number, wrongBy = 0): object {
  const expected = value + version * STEP + wrongBy;
  return {
    inputs: { x: { dtype: 'float64', shape: [1, 1, 1], data: [value] } },
    outputs: { y: { dtype: 'float64', shape: [1], data: [expected] } },
  };
}
