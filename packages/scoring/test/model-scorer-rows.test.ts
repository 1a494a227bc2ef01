/** Models whose numbers are not those of their windows alone, by the runtime itself. */
import { describe, expect, it } from 'vitest';
import { createScorer, type ScorerOptions } from '../src/create-scorer.ts';
import type { ModelEvent } from '../src/model-events.ts';
import type { ModelScorer } from '../src/model-scorer.ts';
import { DOUBLE, FLOAT, INT64, meanModel, type TinyModel, type TinyNode } from './onnx-bytes.ts';
import { TinyStore, definitionOf } from './tiny-store.ts';

const mean = (from: string, to: string, axes: readonly number[], keepdims = 0): TinyNode => ({
  op: 'ReduceMean',
  inputs: [from],
  outputs: [to],
  attributes: { axes, keepdims },
});

/** `x [rows, 2, 4]` through `nodes` to `z`, of which the mean of each window is the output. */
function model(nodes: readonly TinyNode[], rows: number | string = 'N', type = DOUBLE): TinyModel {
  return meanModel([rows, 2, 4], { type, nodes: [...nodes, mean('z', 'y', [1, 2])] });
}

const sum = (a: string, b: string, to: string): TinyNode => ({
  op: 'Add',
  inputs: [a, b],
  outputs: [to],
});
const besideMean = (rows?: number): TinyModel =>
  model([mean('x', 'm', [0], 1), sum('x', 'm', 'z')], rows);
const runningSum: TinyModel = {
  ...model([
    { op: 'Cast', inputs: ['zero'], outputs: ['axis'], attributes: { to: INT64 } },
    { op: 'CumSum', inputs: ['x', 'axis'], outputs: ['z'] },
  ]),
  initializers: [{ name: 'zero', dims: [], values: [0] }],
};
const noisy: readonly TinyNode[] = [
  { op: 'RandomNormalLike', inputs: ['x'], outputs: ['noise'] },
  sum('x', 'noise', 'z'),
];
const softmax: readonly TinyNode[] = [
  { op: 'Softmax', inputs: ['x'], outputs: ['s'], attributes: { axis: 2 } },
  { op: 'Mul', inputs: ['s', 'x'], outputs: ['z'] },
];
const softmaxOverRows: readonly TinyNode[] = [
  { op: 'Softmax', inputs: ['x'], outputs: ['s'], attributes: { axis: 0 } },
  { op: 'Mul', inputs: ['s', 'x'], outputs: ['z'] },
];

async function open(found: TinyModel, over: Partial<ScorerOptions> = {}): Promise<ModelScorer> {
  const store = new TinyStore({ m: { 1: found } });
  const options = { nowMs: () => performance.now(), ...over };
  return createScorer([definitionOf('m', 2, 4)], store, options);
}

async function isTaken(found: TinyModel, over: Partial<ScorerOptions> = {}): Promise<boolean> {
  const scorer = await open(found, over);
  const { models } = scorer.statistics();
  await scorer.close();
  return models.length === 1;
}

const refusal = (message: RegExp): object => ({
  code: 'MODEL',
  message: expect.stringMatching(message),
});
const BESIDE =
  /^tiny:m\/1\/model.onnx: output "y": found \S+ for a window by itself and \S+ beside others, .*needed by definition "m of 2 x 4"/;

/** As quantised for speed: the scale of the eight bits is that of all numbers of a batch. */
const eightBits: TinyModel = model(
  [
    { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'scale', 'zero'] },
    { op: 'DequantizeLinear', inputs: ['q', 'scale', 'zero'], outputs: ['z'] },
  ],
  'N',
  FLOAT,
);

describe('a model that mixes the windows of a batch', () => {
  it.each<readonly [string, TinyModel]>([
    ['a mean over the batch', besideMean()],
    ['a softmax over the batch', model(softmaxOverRows)],
    ['a running sum, as of a network that takes the batch for time', runningSum],
  ])('is refused: %s', async (_, found) => {
    await expect(open(found)).rejects.toMatchObject(refusal(BESIDE));
  });

  it('is refused in a worker too', async () => {
    await expect(open(besideMean(), { workers: 1 })).rejects.toMatchObject(refusal(BESIDE));
  });

  it('is taken where its batch is fixed to one window', async () => {
    expect(await isTaken(besideMean(1))).toBe(true);
  });

  it('as a newer version leaves the old one scoring, and is looked at once', async () => {
    const store = new TinyStore({ m: { 1: model(softmax) } });
    const events: ModelEvent[] = [];
    const scorer = await createScorer([definitionOf('m', 2, 4)], store, {
      nowMs: () => performance.now(),
      onEvent: (event) => events.push(event),
    });
    store.put('m', 2, besideMean());
    await scorer.refresh();
    await scorer.refresh();
    expect(events).toMatchObject([
      { kind: 'refused', version: 2, message: expect.stringMatching(/beside others/) },
    ]);
    expect(scorer.targets[0]!.model.version).toBe(1);
    await scorer.close();
  });
});

/** The scores of windows of ones, twos, ..., drained together. */
async function scores(scorer: ModelScorer, windows: number): Promise<number[]> {
  for (let w = 1; w <= windows; w++) {
    const { data, offset } = scorer.reserve(0)!;
    for (let cell = 0; cell < 8; cell++) data[offset + cell] = w + cell / 100;
    scorer.commit(0, w * 1000);
  }
  const found: number[] = [];
  await scorer.drain(true, ({ values }) => found.push(...values));
  return found;
}

describe('a model that is quantised dynamically', () => {
  it.each([0, 1])(
    'gives each window what it gives it alone, and says so, with %d workers',
    async (workers) => {
      const scorer = await open(eightBits, { workers });
      // The store has a note of its own.
      expect(scorer.notes.filter((note) => note.includes('one by one'))).toEqual([
        expect.stringMatching(/^tiny:m\/1\/model.onnx: output "y": windows are run one by one/),
      ]);
      const together = await scores(scorer, 5);
      expect(together).toHaveLength(5);
      for (const [i, value] of together.entries()) {
        // Of eight bits between 0 and a window's own greatest number, not that of the fifth.
        expect(Math.abs(value - (i + 1.035))).toBeLessThan((i + 1.07) / 255);
      }
      await scorer.close();
    },
  );
});

describe('a model that drops the axis of a batch of one', () => {
  it('is taken: it gives one number', async () => {
    const squeezed = meanModel(['N', 2, 4], {
      nodes: [mean('x', 'm', [1, 2], 1), { op: 'Squeeze', inputs: ['m'], outputs: ['y'] }],
    });
    const scorer = await open(squeezed);
    for (const windows of [1, 3, 1]) {
      const found = await scores(scorer, windows);
      expect(found.map((value) => Math.floor(value))).toEqual([1, 2, 3].slice(0, windows));
    }
    await scorer.close();
  });
});

describe('a model that draws random numbers', () => {
  it.each(['N', 1])('is refused, batch %s', async (rows) => {
    await expect(open(model(noisy, rows))).rejects.toMatchObject(
      refusal(/found \S+ and then \S+ for the same window, .* random numbers/),
    );
  });
});

describe('a model that does neither is taken', () => {
  it('a softmax over the cells of a window', async () => {
    expect(await isTaken(model(softmax))).toBe(true);
  });

  it.each([0, 1])('one that refuses most numbers, with %d workers', async (workers) => {
    const lookUp: TinyModel = {
      inputs: [{ name: 'x', type: DOUBLE, shape: ['N', 2, 4] }],
      outputs: [{ name: 'y', type: DOUBLE, shape: ['N'] }],
      initializers: [{ name: 'table', dims: [3], values: [10, 20, 30] }],
      nodes: [
        mean('x', 'm', [1, 2]),
        { op: 'Cast', inputs: ['m'], outputs: ['i'], attributes: { to: INT64 } },
        { op: 'Gather', inputs: ['table', 'i'], outputs: ['y'] },
      ],
    };
    expect(await isTaken(lookUp, { workers })).toBe(true);
  });
});
