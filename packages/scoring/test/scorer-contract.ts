/** What every `Scorer` must do, wherever its models run. */
import { describe, expect, it } from 'vitest';
import { WindrowError, type Definition } from '@windrow/core';
import type { ScorerOptions } from '../src/create-scorer.ts';
import { DOUBLE, FLOAT, INT64, meanModel, type TinyModel } from './onnx-bytes.ts';
import { ScorerBench, type Score } from './scorer-bench.ts';
import { definitionOf, metricId } from './tiny-store.ts';

/** Deterministic numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Takes `[10, 11, 12]` at the window's value: out of range beyond 2. */
const lookup: TinyModel = {
  inputs: [{ name: 'x', type: DOUBLE, shape: ['N', 1, 1] }],
  outputs: [{ name: 'y', type: DOUBLE, shape: ['N'] }],
  initializers: [{ name: 'table', dims: [3], values: [10, 11, 12] }],
  nodes: [
    { op: 'Cast', inputs: ['x'], outputs: ['i'], attributes: { to: INT64 } },
    { op: 'Gather', inputs: ['table', 'i'], outputs: ['g'] },
    { op: 'ReduceMean', inputs: ['g'], outputs: ['y'], attributes: { axes: [1, 2], keepdims: 0 } },
  ],
};

const MODELS = {
  a: meanModel(['N', 2, 3]),
  b: meanModel(['N', 6], { type: FLOAT }),
  c: meanModel([1, 2, 3]),
};
const TARGETS = 15;

/** Definitions of models a, b and c in turn, on five lines. */
function definitions(): Definition[] {
  return Array.from({ length: TARGETS }, (_, i) =>
    definitionOf('abc'[i % 3]!, 2, 3, { lineId: metricId(i % 5) }),
  );
}

export function scorerContract(name: string, options: Partial<ScorerOptions>): void {
  describe(`scorer: ${name}`, () => {
    it('names the target of each definition, and gives rows of its type', async () => {
      const asked = definitions();
      const { scorer } = await ScorerBench.over(MODELS, asked, options);
      expect(scorer.targets.map((t) => t.definition)).toEqual(asked);
      for (const [target, { dtype, model }] of scorer.targets.entries()) {
        expect(model).toMatchObject({ identifier: 'abc'[target % 3], version: 1 });
        const { data, offset } = scorer.reserve(target)!;
        expect(data).toBeInstanceOf(dtype === 'float64' ? Float64Array : Float32Array);
        expect(offset + 6).toBeLessThanOrEqual(data.length);
      }
      await scorer.close();
    });

    it('gives every window its score once, a target its scores in order, whatever is drained when', async () => {
      for (const [seed, bufferBytesMax] of [
        [1, 65_536],
        [2, 16_384],
      ] as const) {
        const bench = await ScorerBench.over(MODELS, definitions(), { ...options, bufferBytesMax });
        const next = numbers(seed);
        const expected: Score[][] = Array.from({ length: TARGETS }, () => []);
        for (let end = 0; end < 1500; end++) {
          const target = Math.floor(next() * TARGETS);
          const value = Math.floor(next() * 1000);
          await bench.put(target, end, value);
          expected[target]!.push({ target, end, value, by: 'abc'[target % 3]!, version: 1 });
          const dice = next();
          if (dice < 0.02) await bench.drain(false);
          else if (dice < 0.03) await bench.drain(true);
          expect(bench.scorer.bufferBytes).toBeLessThanOrEqual(bufferBytesMax);
        }
        await bench.drain(true);
        const seen = expected.map((_, t) => bench.scores.filter((s) => s.target === t));
        expect({ seed, seen }).toEqual({ seed, seen: expected });
        await bench.scorer.close();
      }
    });

    it('drains all, of what was committed before; and of nothing, nothing', async () => {
      const bench = await ScorerBench.over(MODELS, definitions(), options);
      await bench.drain(true);
      expect(bench.batches).toEqual([]);
      await bench.put(0, 1, 1);
      const first = bench.drain(true);
      await bench.put(0, 2, 2);
      const second = bench.drain(true);
      await bench.put(0, 3, 3);
      await first;
      await second;
      expect(bench.scores.map((s) => s.end)).toEqual([1, 2]);
      await bench.drain(true);
      expect(bench.scores.map((s) => s.end)).toEqual([1, 2, 3]);
      await bench.scorer.close();
    });

    it('hands on what is not finite', async () => {
      const bench = await ScorerBench.over(MODELS, definitions(), options);
      for (const [i, v] of [1, Number.NaN, Infinity].entries()) await bench.put(0, i, v);
      await bench.drain(true);
      expect(bench.scores.map((s) => s.value)).toEqual([1, Number.NaN, Infinity]);
      await bench.scorer.close();
    });

    it('throws where a model fails, loses that run only, and goes on', async () => {
      const bench = await ScorerBench.over(
        { bad: lookup, good: meanModel(['N', 1, 1]) },
        ['bad', 'good'].map((model, i) => definitionOf(model, 1, 1, { lineId: metricId(i) })),
        options,
      );
      await bench.put(0, 1, 99);
      await bench.put(1, 1, 5);
      const error: unknown = await bench.drain(true).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(WindrowError);
      expect(String(error)).toMatch(/model bad version 1 failed on a run: /);
      await bench.put(0, 2, 2);
      await bench.drain(true);
      const scores = bench.scores.toSorted((x, y) => x.target - y.target);
      expect(scores.map((s) => [s.target, s.end, s.value])).toEqual([
        [0, 2, 12],
        [1, 1, 5],
      ]);
      expect(bench.scorer.statistics().models).toMatchObject([
        { model: { identifier: 'bad' }, failedRows: { run: 1 }, scoredRows: 1 },
        { model: { identifier: 'good' }, failedRows: { run: 0 }, scoredRows: 1 },
      ]);
      await bench.scorer.close();
    });

    it('counts over all lines of a model', async () => {
      const bench = await ScorerBench.over(MODELS, definitions(), options);
      for (let target = 0; target < TARGETS; target++) await bench.put(target, 1, target);
      await bench.drain(true);
      const { models } = bench.scorer.statistics();
      expect(models.map((m) => [m.model.identifier, m.scoredRows, m.output.count])).toEqual([
        ['a', 5, 5],
        ['b', 5, 5],
        ['c', 5, 5],
      ]);
      await bench.scorer.close();
    });

    it('closes once, after the drains that were asked for', async () => {
      const bench = await ScorerBench.over(MODELS, definitions(), options);
      await bench.put(0, 1, 1);
      const drained = bench.drain(true);
      await Promise.all([bench.scorer.close(), bench.scorer.close()]);
      await drained;
      expect(bench.scores).toHaveLength(1);
      expect(() => bench.scorer.reserve(0)).toThrow(/assertion failed/);
      expect(() => bench.drain(true)).toThrow(/assertion failed/);
    });

    it('closes with rows that nobody drained', async () => {
      const bench = await ScorerBench.over(MODELS, definitions(), options);
      for (let end = 0; end < 200; end++) bench.offer(end % TARGETS, end, 1);
      await bench.scorer.close();
      expect(bench.scores).toEqual([]);
    });

    it('refuses models that cannot be, with nothing left behind', async () => {
      const text = { m: Buffer.from('no model') } as unknown as Record<string, TinyModel>;
      await expect(ScorerBench.over(text, [definitionOf('m', 1, 1)], options)).rejects.toThrow(
        /no ONNX file/,
      );
    });
  });
}
