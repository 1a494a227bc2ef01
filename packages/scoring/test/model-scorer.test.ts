import { describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import { DOUBLE, FLOAT, INT64, meanModel, type TinyModel } from './onnx-bytes.ts';
import { ScorerBench, type Score } from './scorer-bench.ts';
import { definitionOf } from './tiny-store.ts';

/** Deterministic numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('scores', () => {
  it('go back to their target and window, from batches across definitions of one model', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 2, 3]) }, [
      definitionOf('m', 2, 3),
      definitionOf('m', 2, 3),
    ]);
    await bench.put(1, 500, 7);
    await bench.put(0, 500, 8);
    await bench.put(1, 600, 9);
    await bench.drain(true);
    const by = { by: 'm', version: 1 };
    expect(bench.batches).toEqual([
      [
        { target: 1, end: 500, value: 7, ...by },
        { target: 0, end: 500, value: 8, ...by },
        { target: 1, end: 600, value: 9, ...by },
      ],
    ]);
    await bench.scorer.close();
  });

  it('of other shapes, layouts or outputs are made in other runs', async () => {
    const model: TinyModel = {
      ...meanModel(['N', 'C', 'T']),
      outputs: ['y', 'z'].map((name) => ({ name, type: DOUBLE, shape: ['N'] })),
      nodes: ['ReduceMean', 'ReduceMax'].map((op, i) => ({
        op,
        inputs: ['x'],
        outputs: [i === 0 ? 'y' : 'z'],
        attributes: { axes: [1, 2], keepdims: 0 },
      })),
    };
    const bench = await ScorerBench.over({ m: model }, [
      definitionOf('m', 2, 3),
      definitionOf('m', 3, 2),
      definitionOf('m', 2, 3, { layout: 'time_major' }),
      definitionOf('m', 2, 3, { outputName: 'z' }),
      definitionOf('m', 2, 3, { inputName: 'x', outputName: 'y' }),
    ]);
    for (let target = 0; target < 5; target++) {
      const row = bench.scorer.reserve(target)!;
      row.data.set([1, 2, 3, 4, 5, 6], row.offset);
      bench.scorer.commit(target, 10);
    }
    await bench.drain(true);
    expect(bench.batches.map((b) => b.map((s) => [s.target, s.value]))).toEqual([
      [
        [0, 3.5],
        [4, 3.5],
      ],
      [[1, 3.5]],
      [[2, 3.5]],
      [[3, 6]],
    ]);
    expect(bench.scorer.statistics().models).toHaveLength(1);
    await bench.scorer.close();
  });

  it('of one target keep the order of commits, whatever is drained when; none is lost or doubled', async () => {
    const models = { a: meanModel(['N', 2, 3]), b: meanModel(['N', 6]), c: meanModel([1, 2, 3]) };
    const targets = 12;
    const definitions = Array.from({ length: targets }, (_, i) =>
      definitionOf('abc'[i % 3]!, 2, 3),
    );
    for (const seed of [1, 2, 3]) {
      const bench = await ScorerBench.over(models, definitions, { bufferBytesMax: 16_384 });
      const next = numbers(seed);
      const expected: Score[][] = Array.from({ length: targets }, () => []);
      for (let end = 0; end < 3000; end++) {
        const target = Math.floor(next() * targets);
        const value = Math.floor(next() * 1000);
        await bench.put(target, end, value);
        expected[target]!.push({ target, end, value, by: 'abc'[target % 3]!, version: 1 });
        const dice = next();
        if (dice < 0.02) await bench.drain(false);
        else if (dice < 0.03) await bench.drain(true);
      }
      await bench.drain(true);
      const seen = expected.map((_, t) => bench.scores.filter((s) => s.target === t));
      expect({ seed, seen }).toEqual({ seed, seen: expected });
      await bench.scorer.close();
    }
  });

  it('that are not finite are handed on, and counted', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [definitionOf('m', 1, 1)]);
    for (const [i, v] of [1, Number.NaN, Infinity].entries()) await bench.put(0, i, v);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.value)).toEqual([1, Number.NaN, Infinity]);
    expect(bench.scorer.statistics().models[0]).toMatchObject({ scoredRows: 3, nonFiniteRows: 2 });
    await bench.scorer.close();
  });

  it('of a float32 model come from a float32 row', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1], { type: FLOAT }) }, [
      definitionOf('m', 1, 1),
    ]);
    expect(bench.scorer.reserve(0)?.data).toBeInstanceOf(Float32Array);
    await bench.put(0, 1, 0.1);
    await bench.drain(true);
    expect(bench.scores[0]?.value).toBe(Math.fround(0.1));
    await bench.scorer.close();
  });
});

describe('drain', () => {
  it('without all, scores full batches only', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [definitionOf('m', 1, 1)]);
    await bench.put(0, 1, 1);
    await bench.drain(false);
    expect(bench.scores).toEqual([]);
    for (let i = 2; i < 5000; i++) await bench.put(0, i, i);
    await bench.drain(false);
    const drained = bench.scores.length;
    expect(drained).toBeGreaterThan(1000);
    expect(drained).toBeLessThan(4999);
    await bench.drain(true);
    expect(bench.scores).toHaveLength(4999);
    await bench.scorer.close();
  });

  it('of nothing calls nobody', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [definitionOf('m', 1, 1)]);
    expect(bench.scorer.reserve(0)).not.toBeNull();
    await bench.drain(true);
    await bench.drain(true);
    expect(bench.batches).toEqual([]);
    await bench.scorer.close();
  });

  it('gives the event loop a turn between two runs', async () => {
    const bench = await ScorerBench.over({ m: meanModel([1, 1, 1]) }, [definitionOf('m', 1, 1)]);
    for (let i = 0; i < 5; i++) await bench.put(0, i, i);
    const turns: number[] = [];
    let isOver = false;
    const tick = (): void => {
      turns.push(bench.batches.length);
      if (!isOver) setImmediate(tick);
    };
    setImmediate(tick);
    await bench.drain(true);
    isOver = true;
    expect(new Set(turns).size).toBeGreaterThanOrEqual(4);
    await bench.scorer.close();
  });

  it('twice at once: one waits for the other, and rows committed meanwhile are not lost', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [definitionOf('m', 1, 1)]);
    await bench.put(0, 1, 1);
    const first = bench.drain(true);
    await bench.put(0, 2, 2);
    const second = bench.drain(true);
    await bench.put(0, 3, 3);
    await Promise.all([first, second]);
    expect(bench.scores.map((s) => s.end)).toEqual([1, 2]);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.end)).toEqual([1, 2, 3]);
    await bench.scorer.close();
  });
});

describe('a run that fails', () => {
  /** Takes `[10, 11, 12]` at the window's value: out of range beyond 2. */
  const lookup: TinyModel = {
    inputs: [{ name: 'x', type: DOUBLE, shape: ['N', 1, 1] }],
    outputs: [{ name: 'y', type: DOUBLE, shape: ['N'] }],
    initializers: [{ name: 'table', dims: [3], values: [10, 11, 12] }],
    nodes: [
      { op: 'Cast', inputs: ['x'], outputs: ['i'], attributes: { to: INT64 } },
      { op: 'Gather', inputs: ['table', 'i'], outputs: ['g'] },
      {
        op: 'ReduceMean',
        inputs: ['g'],
        outputs: ['y'],
        attributes: { axes: [1, 2], keepdims: 0 },
      },
    ],
  };

  it('names the model, loses its batch only, and is counted', async () => {
    const bench = await ScorerBench.over({ bad: lookup, good: meanModel(['N', 1, 1]) }, [
      definitionOf('bad', 1, 1),
      definitionOf('good', 1, 1),
    ]);
    await bench.put(0, 1, 99);
    await bench.put(1, 1, 5);
    const error: unknown = await bench.drain(true).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(WindrowError);
    expect(String(error)).toMatch(/model bad version 1 failed on a run: /);
    await bench.put(0, 2, 2);
    await bench.drain(true);
    expect(bench.scores.map((s) => [s.target, s.end, s.value])).toEqual([
      [1, 1, 5],
      [0, 2, 12],
    ]);
    expect(bench.scorer.statistics().models).toMatchObject([
      { failedRows: { run: 1, output: 0 }, runs: 1, scoredRows: 1 },
      { failedRows: { run: 0 }, lastError: null, runs: 1, scoredRows: 1 },
    ]);
    await bench.scorer.close();
  });
});

describe('statistics', () => {
  it('count runs and rows, and time the runs alone', async () => {
    let nowMs = 0;
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [definitionOf('m', 1, 1)], {
      nowMs: () => nowMs++,
    });
    expect(bench.scorer.statistics().models[0]).toMatchObject({
      runs: 0,
      runMs: { count: 0, min: null },
    });
    for (const rows of [1, 3]) {
      for (let i = 0; i < rows; i++) await bench.put(0, i, i);
      await bench.drain(true);
    }
    expect(bench.scorer.statistics().models[0]).toMatchObject({
      runs: 2,
      scoredRows: 4,
      nonFiniteRows: 0,
      runMs: { count: 2, mean: 1, min: 1, p50: 1, p99: 1, max: 1 },
      runRows: { mean: 2, min: 1, max: 3 },
      inputs: [{ count: 2 }],
      output: { count: 4, min: 0, max: 2 },
    });
    await bench.scorer.close();
  });
});

describe('close', () => {
  it('waits for drains, is idempotent, and nothing works afterwards', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [definitionOf('m', 1, 1)]);
    await bench.put(0, 1, 1);
    const drained = bench.drain(true);
    await Promise.all([bench.scorer.close(), bench.scorer.close()]);
    expect(bench.scores).toHaveLength(1);
    await drained;
    expect(() => bench.scorer.reserve(0)).toThrow(/assertion failed/);
    expect(() => bench.drain(true)).toThrow(/assertion failed/);
    await bench.scorer.close();
  });
});

describe("a caller's mistakes", () => {
  it('commit without reserve, of another target, twice, or after a drain', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [
      definitionOf('m', 1, 1),
      definitionOf('m', 1, 1),
    ]);
    const { scorer } = bench;
    expect(() => scorer.commit(0, 1)).toThrow(/the target that was reserved last/);
    scorer.reserve(0);
    expect(() => scorer.commit(1, 1)).toThrow(/reserved last/);
    scorer.commit(0, 1);
    expect(() => scorer.commit(0, 2)).toThrow(/reserved last/);
    scorer.reserve(0);
    await bench.drain(true);
    expect(() => scorer.commit(0, 2)).toThrow(/reserved last/);
    expect(() => scorer.reserve(2)).toThrow(/assertion failed/);
    expect(bench.scores).toHaveLength(1);
    await scorer.close();
  });
});
