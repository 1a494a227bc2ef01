import { describe, expect, it } from 'vitest';
import { WindrowError, type Definition } from '@windrow/core';
import { createScorer } from '../src/create-scorer.ts';
import { DOUBLE, FLOAT, INT64, meanModel, type TinyModel } from './onnx-bytes.ts';
import { TinyStore, definitionOf } from './tiny-store.ts';

const options = { nowMs: () => performance.now() };

async function messageOf(definitions: Definition[], store: TinyStore): Promise<string> {
  const error: unknown = await createScorer(definitions, store, options).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(WindrowError);
  expect(error).toMatchObject({ code: 'MODEL' });
  return (error as WindrowError).message;
}

describe('targets', () => {
  it('null is the newest version, a number that one; each is loaded once', async () => {
    const store = new TinyStore({
      a: { 2: meanModel(['N', 2, 3]), 10: meanModel(['N', 2, 3]), 9: meanModel(['N', 2, 3]) },
      b: { 1: meanModel(['N', 'C', 'T'], { type: FLOAT }) },
    });
    const definitions = [
      definitionOf('a', 2, 3),
      definitionOf('a', 2, 3, { modelVersion: 2 }),
      definitionOf('a', 2, 3, { modelVersion: 10 }),
      definitionOf('b', 1, 4),
      definitionOf('b', 2, 3),
    ];
    const scorer = await createScorer(definitions, store, options);
    expect(scorer.targets.map((t) => t.model.version)).toEqual([10, 2, 10, 1, 1]);
    expect(scorer.targets.map((t) => t.dtype).join(' ')).toBe(
      'float64 float64 float64 float32 float32',
    );
    expect(scorer.targets.map((t) => t.definition)).toEqual(definitions);
    expect(scorer.targets[0]!.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(store.opened).toBe(3);
    const { models } = scorer.statistics();
    expect(models.map((s) => [s.model.identifier, s.model.version, s.runs])).toEqual([
      ['a', 10, 0],
      ['a', 2, 0],
      ['b', 1, 0],
    ]);
    expect(scorer.notes).toEqual(['a: a note', 'b: a note']);
    await scorer.close();
  });
});

describe('refusal', () => {
  it('names every fault of every definition, and a broken model once', async () => {
    const store = new TinyStore({
      good: { 1: meanModel(['N', 2, 3]) },
      text: { 1: Buffer.from('no model') },
    });
    const definitions = [
      definitionOf('good', 2, 3),
      definitionOf('good', 3, 3, { outputMetricName: 'three' }),
      definitionOf('gone', 2, 3, { outputMetricName: 'gone' }),
      ...[1, 2, 3].map((n) => definitionOf('text', 2, 3, { outputMetricName: `text ${n}` })),
    ];
    const lines = (await messageOf(definitions, store)).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^no gone; needed by definition "gone" \(output_metric_id .*\)$/);
    expect(lines[1]).toMatch(
      /^tiny:text.* no ONNX file.*; needed by definition "text 1" .* and 2 more$/,
    );
    expect(lines[2]).toMatch(/definition "three" .* input "x" shape: found \[N, 2, 3\]/);
    expect(store.opened).toBe(2);
  });

  it('shows 50 faults and counts the others', async () => {
    const definitions = Array.from({ length: 60 }, (_, i) => definitionOf(`gone ${i}`, 2, 3));
    const lines = (await messageOf(definitions, new TinyStore({}))).split('\n');
    expect(lines).toHaveLength(51);
    expect(lines[50]).toBe('... and 10 more');
  });

  it('two numbers for a window that only a run shows', async () => {
    const open: TinyModel = {
      inputs: [{ name: 'x', type: DOUBLE, shape: ['N', 2, 'T'] }],
      outputs: [{ name: 'y', type: DOUBLE, shape: ['N', 'M'] }],
      nodes: [
        { op: 'ReduceMean', inputs: ['x'], outputs: ['y'], attributes: { axes: [1], keepdims: 0 } },
      ],
    };
    const message = await messageOf([definitionOf('m', 2, 3)], new TinyStore({ m: { 1: open } }));
    expect(message).toMatch(
      /^tiny:m.*output "y": found shape \[2, 3\] for 2 windows, expected \[2\] or \[2, 1\]; .*needed by definition/,
    );
  });

  it('a mean over all windows, whatever its shape says', async () => {
    const over: TinyModel = {
      inputs: [{ name: 'x', type: DOUBLE, shape: ['N', 2, 3] }],
      outputs: [{ name: 'y', type: DOUBLE, shape: null }],
      nodes: [{ op: 'ReduceMean', inputs: ['x'], outputs: ['y'], attributes: { keepdims: 0 } }],
    };
    const message = await messageOf([definitionOf('m', 2, 3)], new TinyStore({ m: { 1: over } }));
    expect(message).toMatch(/output "y": found shape \[\] for 2 windows/);
  });

  it('a model that fails on zeros', async () => {
    const failing: TinyModel = {
      ...meanModel(['N', 2, 'T']),
      nodes: [
        { op: 'Mul', inputs: ['x', 'w'], outputs: ['z'] },
        {
          op: 'ReduceMean',
          inputs: ['z'],
          outputs: ['y'],
          attributes: { axes: [1, 2], keepdims: 0 },
        },
      ],
      initializers: [{ name: 'w', dims: [5], values: [1, 2, 3, 4, 5] }],
    };
    const message = await messageOf(
      [definitionOf('m', 2, 3)],
      new TinyStore({ m: { 1: failing } }),
    );
    expect(message).toMatch(/model m version 1 failed on a run: .*needed by definition/s);
  });

  it('another kind of failure is not turned into a list', async () => {
    const store = new TinyStore({});
    store.versions = () => Promise.reject(new TypeError('a mistake'));
    await expect(createScorer([definitionOf('m', 1, 1)], store, options)).rejects.toThrow(
      TypeError,
    );
  });
});

describe('unusual but right', () => {
  it('a named integer output', async () => {
    const model: TinyModel = {
      inputs: [{ name: 'x', type: DOUBLE, shape: ['N', 1, 3] }],
      outputs: [{ name: 'class', type: INT64, shape: ['N', 1] }],
      nodes: [
        { op: 'ArgMax', inputs: ['x'], outputs: ['a'], attributes: { axis: 2, keepdims: 0 } },
        { op: 'Identity', inputs: ['a'], outputs: ['class'] },
      ],
    };
    const store = new TinyStore({ m: { 1: model } });
    const definition = definitionOf('m', 1, 3, { outputName: 'class' });
    const scorer = await createScorer([definition], store, options);
    const row = scorer.reserve(0)!;
    row.data.set([1, 5, 7], row.offset);
    scorer.commit(0, 1000);
    const values: number[] = [];
    await scorer.drain(true, (batch) => values.push(...batch.values));
    expect(values).toEqual([2]);
    await scorer.close();
  });
});
