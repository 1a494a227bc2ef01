import { WindrowError, type Definition } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { checkModel, type CheckedModel } from '../src/check-model.ts';
import type { ModelInfo, ValueInfo } from '../src/model-info.ts';
import { definitionOf, metricId } from './tiny-store.ts';

const input: ValueInfo = { name: 'x', type: 'float64', shape: ['N', 3, 5] };
const output: ValueInfo = { name: 'y', type: 'float64', shape: ['N', 1] };
const label: ValueInfo = { name: 'label', type: 'int64', shape: ['N'] };

interface Case {
  /** Of a model with 3 inputs and 5 cells. */
  readonly inputs?: readonly ValueInfo[];
  readonly outputs?: readonly ValueInfo[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly definition?: Partial<Definition>;
}

function check({ inputs, outputs, metadata, definition }: Case): CheckedModel {
  const model: ModelInfo = {
    identity: { identifier: 'm', version: 1, sha256: '0' },
    path: 'store/m/1/model.onnx',
    inputs: inputs ?? [input],
    outputs: outputs ?? [output],
    metadata: new Map(Object.entries(metadata ?? {})),
  };
  return checkModel(definitionOf('m', 3, 5, { outputMetricName: 'speed', ...definition }), model);
}

function faultsOf(c: Case): string[] {
  try {
    check(c);
  } catch (error) {
    if (error instanceof WindrowError && error.code === 'MODEL') return error.message.split('\n');
    throw error;
  }
  return [];
}

const shaped = (...shape: (number | string)[]): Case => ({ inputs: [{ ...input, shape }] });

describe('accepted', () => {
  const timeMajor: Partial<Definition> = { layout: 'time_major' };
  it.each<readonly [string, Case, Partial<CheckedModel['binding']>]>([
    [
      '[N, C, T]',
      {},
      { inputName: 'x', outputName: 'y', dtype: 'float64', rowDims: [3, 5], batch: 'any' },
    ],
    ['float32', { inputs: [{ ...input, type: 'float32' }] }, { dtype: 'float32' }],
    ['[N, T, C]', { ...shaped('N', 5, 3), definition: timeMajor }, { rowDims: [5, 3] }],
    ['[N, C*T]', shaped('N', 15), { rowDims: [15] }],
    ['[N, T*C]', { ...shaped('N', 15), definition: timeMajor }, { rowDims: [15] }],
    ['a batch of one', shaped(1, 3, 5), { batch: 'one' }],
    ['a batch without a name', shaped('', 3, 5), { batch: 'any' }],
    ['symbolic C and T', shaped('N', 'C', 'T'), { rowDims: [3, 5] }],
    ['a symbolic C*T', shaped('N', 'M'), { rowDims: [15] }],
    ['input_name', { definition: { inputName: 'x' } }, { inputName: 'x' }],
    ['an output [N]', { outputs: [{ ...output, shape: ['N'] }] }, { outputName: 'y' }],
    ['a float32 output', { outputs: [{ ...output, type: 'float32' }] }, { outputName: 'y' }],
    [
      'an output [N, M], which the first run shows',
      { outputs: [{ ...output, shape: ['N', 'M'] }] },
      {},
    ],
    [
      'an output without a shape, as exporters of trees leave it',
      { outputs: [{ ...output, shape: [] }] },
      {},
    ],
    ['the first of several outputs', { outputs: [output, label] }, { outputName: 'y' }],
    [
      'a named output',
      { outputs: [label, output], definition: { outputName: 'y' } },
      { outputName: 'y' },
    ],
    [
      'a named integer',
      { outputs: [label, output], definition: { outputName: 'label' } },
      { outputName: 'label' },
    ],
  ])('%s', (_, c, expected) => {
    expect(check(c).binding).toMatchObject(expected);
  });

  it.each<readonly [string, Record<string, string>]>([
    [
      'all that agrees',
      { input_count: '3', window_size_s: '5.0', resolution_s: '1', layout: 'NCT' },
    ],
    [
      'ids in upper case',
      { input_metric_ids: JSON.stringify([1, 2, 3].map((n) => metricId(n).toUpperCase())) },
    ],
    ['a training range', { training_start_ms: '-5', training_end_ms: '1551878000000' }],
    ['keys of others', { input_names: 'no JSON', training_windows: 'x' }],
  ])('metadata: %s', (_, metadata) => {
    expect(check({ metadata }).notes).toEqual([]);
  });

  it('another window than in training, where the model takes any, with a note', () => {
    const metadata = { window_size_s: '300' };
    for (const shape of [
      ['N', 3, 'T'],
      ['N', 'M'],
    ]) {
      const { notes } = check({ ...shaped(...shape), metadata });
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(
        /metadata window_size_s: found "300", not 5, .*allowed, since the model takes any/,
      );
    }
    expect(faultsOf({ ...shaped('N', 'C', 5), metadata })).toHaveLength(1);
  });
});

describe('refused, each with its own way out', () => {
  const named = { outputName: 'label' };
  const layout: Partial<Definition> = { layout: 'time_major' };
  it.each<readonly [string, Case, RegExp]>([
    [
      'text',
      { inputs: [{ ...input, type: 'string' }] },
      /input "x" type: found tensor\(string\), .*encode text before training/,
    ],
    [
      'float16',
      { inputs: [{ ...input, type: 'float16' }] },
      /input "x" type: found tensor\(float16\), .*double or float input/,
    ],
    ['int64', { inputs: [{ ...input, type: 'int64' }] }, /input "x" type: found tensor\(int64\)/],
    [
      'a sequence as input',
      { inputs: [{ name: 'x', type: null, shape: [] }] },
      /input "x" type: found a sequence or a map/,
    ],
    ['no input', { inputs: [] }, /input: found 0 inputs that must be given \(none\), expected one/],
    [
      'two inputs',
      { inputs: [input, { ...input, name: 'mask' }] },
      /found 2 inputs that must be given \("x", "mask"\), .*as an initializer/,
    ],
    [
      'two inputs, one named',
      { inputs: [input, { ...input, name: 'z' }], definition: { inputName: 'x' } },
      /found 2 inputs/,
    ],
    [
      'an input_name that is not there',
      { definition: { inputName: 'X' } },
      /input_name: found "X", expected an input of the model: "x"/,
    ],
    ['rank 1', shaped('N'), /shape: found \[N\], .*rank 3, or of rank 2/],
    ['rank 4', shaped('N', 1, 3, 5), /shape: found \[N, 1, 3, 5\], .*rank 3, or of rank 2/],
    ['no rank', shaped(), /shape: found \[\]/],
    [
      'a batch of 8',
      shaped(8, 3, 5),
      /found \[8, 3, 5\], expected \[N, 3, 5\] \(3 inputs x 5 cells, channel_major\); .*not fixed to 8, or with a batch of 1/,
    ],
    ['too few channels', shaped('N', 2, 5), /the model takes 2 inputs, input_metric_ids has 3$/],
    [
      'too many cells',
      shaped('N', 3, 60),
      /the model takes 60 cells, which is a window_size_s of 60 at this resolution_s$/,
    ],
    ['both', shaped('N', 2, 60), /takes 2 inputs.*takes 60 cells/],
    ['the axes the other way round', shaped('N', 5, 3), /set layout to "time_major"$/],
    [
      'the axes the other way round, of a time_major',
      { ...shaped('N', 3, 5), definition: layout },
      /expected \[N, 5, 3\].*set layout to "channel_major"$/,
    ],
    [
      'another C*T',
      shaped('N', 14),
      /found \[N, 14\], expected \[N, 15\].*window_size_s, resolution_s or input_metric_ids/,
    ],
    [
      'no output',
      { outputs: [] },
      /output_name: found nothing, expected an output of the model: it has none/,
    ],
    [
      'an output_name that is not there',
      { definition: { outputName: 'z' } },
      /output_name: found "z", expected an output of the model: "y" tensor\(float64\) \[N, 1\]/,
    ],
    [
      'two numbers',
      { outputs: [{ ...output, shape: ['N', 2] }] },
      /output "y" shape: found \[N, 2\], expected \[N\] or \[N, 1\]/,
    ],
    [
      'a scalar for each of three axes',
      { outputs: [{ ...output, shape: ['N', 1, 1] }] },
      /output "y" shape: found \[N, 1, 1\]/,
    ],
    [
      'ZipMap',
      { outputs: [{ name: 'p', type: null, shape: [] }] },
      /output "p" type: found a sequence or a map, .*options=\{'zipmap': False\}/,
    ],
    [
      'an integer that is not named',
      { outputs: [label, output] },
      /output "label" type: found tensor\(int64\), .*set output_name to "label" if that integer is meant, .*"y" tensor/,
    ],
    [
      'a bool',
      { outputs: [{ ...label, type: 'bool' }], definition: named },
      /output "label" type: found tensor\(bool\), .*cast it to float/,
    ],
    [
      'text as output',
      { outputs: [{ ...label, type: 'string' }], definition: named },
      /found tensor\(string\)/,
    ],
    [
      'a named integer of two',
      { outputs: [{ ...label, shape: ['N', 2] }], definition: named },
      /output "label" shape/,
    ],
    [
      'metadata input_count',
      { metadata: { input_count: '4' } },
      /metadata input_count: found "4", expected 3, as input_metric_ids says/,
    ],
    [
      'half a training range',
      { metadata: { training_end_ms: '5' } },
      /metadata training_start_ms, training_end_ms: found nothing and "5", expected two integers/,
    ],
    [
      'a training range that ends before it begins',
      { metadata: { training_start_ms: '5', training_end_ms: '4' } },
      /found "5" and "4", expected .* the first less than the second/,
    ],
    [
      'metadata window_size_s',
      { metadata: { window_size_s: '6' } },
      /metadata window_size_s: found "6", expected 5/,
    ],
    [
      'metadata resolution_s',
      { metadata: { resolution_s: '0.5' } },
      /metadata resolution_s: found "0.5", expected 1/,
    ],
    [
      'metadata that is no number',
      { metadata: { window_size_s: '5 s' } },
      /metadata window_size_s: found "5 s"/,
    ],
    [
      'metadata that is empty',
      { metadata: { resolution_s: '' } },
      /metadata resolution_s: found ""/,
    ],
    [
      'metadata layout',
      { metadata: { layout: 'NTC' } },
      /metadata layout: found "NTC", expected "NCT", as layout is "channel_major"/,
    ],
    [
      'metadata layout of a time_major',
      { ...shaped('N', 5, 3), definition: layout, metadata: { layout: 'NCT' } },
      /expected "NTC"/,
    ],
    [
      'ids in another order',
      { metadata: { input_metric_ids: JSON.stringify([1, 3, 2].map(metricId)) } },
      /metadata input_metric_ids\[1\]: found .*03, expected .*02.*the same in another order/,
    ],
    [
      'another id',
      { metadata: { input_metric_ids: JSON.stringify([1, 2, 9].map(metricId)) } },
      /metadata input_metric_ids\[2\]: found .*09.*trained on, in that order$/,
    ],
    [
      'fewer ids',
      { metadata: { input_metric_ids: JSON.stringify([1, 2].map(metricId)) } },
      /metadata input_metric_ids: found 2 ids, expected 3/,
    ],
    [
      'ids that are no JSON',
      { metadata: { input_metric_ids: metricId(1) } },
      /expected a JSON array of metric ids/,
    ],
    [
      'ids that are no ids',
      { metadata: { input_metric_ids: '["a", "b", "c"]' } },
      /expected a JSON array of metric ids/,
    ],
    [
      'an id that is a number',
      { metadata: { input_metric_ids: '[1, 2, 3]' } },
      /expected a JSON array of metric ids/,
    ],
    [
      'ids that are no array',
      { metadata: { input_metric_ids: '{}' } },
      /expected a JSON array of metric ids/,
    ],
  ])('%s', (_, c, message) => {
    const faults = faultsOf(c);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
    expect(faults[0]).toMatch(
      /^store\/m\/1\/model.onnx: definition "speed" \(output_metric_id 0{8}-/,
    );
    expect(faults[0]).toMatch(/: found .+, expected .+; .+/);
  });

  it('all faults at once', () => {
    const metadata = { layout: 'NTC', input_count: '2' };
    const outputs = [{ ...output, shape: ['N', 2] }];
    expect(faultsOf({ ...shaped('N', 2, 5), outputs, metadata })).toHaveLength(4);
  });
});
