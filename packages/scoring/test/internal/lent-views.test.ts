/** Tensors that are scored where they lie. */
import { describe, expect, it } from 'vitest';
import { meanModel } from '../onnx-bytes.ts';
import { ScorerBench } from '../scorer-bench.ts';
import { definitionOf } from '../tiny-store.ts';

const MODELS = { a: meanModel(['N', 2, 3]) };

/** A tensor of equal numbers in the middle of a buffer. */
function viewOf(value: number): { data: Float64Array; offset: number } {
  const data = new Float64Array(20).fill(-1000);
  data.fill(value, 5, 11);
  return { data, offset: 5 };
}

describe('views', () => {
  it('are scored in the order of the windows, between those that were committed', async () => {
    const bench = await ScorerBench.over(MODELS, [definitionOf('a', 2, 3)]);
    const { views } = bench.scorer;
    expect(views.takes(0)).toBe(true);
    bench.offer(0, 1, 10);
    views.lend(0, 2, viewOf(20));
    bench.offer(0, 3, 30);
    await bench.drain(true);
    expect(bench.scores.map((s) => [s.end, s.value])).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    await bench.scorer.close();
  });

  it('are not copied: what the run reads is what lies there', async () => {
    const bench = await ScorerBench.over(MODELS, [definitionOf('a', 2, 3)]);
    const row = viewOf(1);
    bench.scorer.views.lend(0, 1, row);
    row.data.fill(7, 5, 11);
    await bench.drain(false);
    expect(bench.scores.map((s) => s.value)).toEqual([7]);
    await bench.scorer.close();
  });

  it('are busy until they are drained, are due at once, and hold their own target only', async () => {
    let nowMs = 50;
    const definitions = [definitionOf('a', 2, 3), definitionOf('a', 2, 3)];
    const bench = await ScorerBench.over(MODELS, definitions, { nowMs: () => nowMs });
    const { scorer } = bench;
    scorer.views.lend(0, 1, viewOf(1));
    nowMs = 51;
    expect([scorer.views.isBusy(0), scorer.views.isBusy(1)]).toEqual([true, false]);
    expect(scorer.dueMs).toBe(50);
    await bench.drainDue();
    expect(scorer.views.isBusy(0)).toBe(false);
    expect(scorer.dueMs).toBe(Infinity);
    expect(bench.scores).toHaveLength(1);
    await scorer.close();
  });

  it('are given back when the model fails', async () => {
    const failing = meanModel(['N', 2, 3]);
    const bench = await ScorerBench.over({ a: failing }, [definitionOf('a', 2, 3)]);
    // A view that ends too early: the runtime refuses it.
    bench.scorer.views.lend(0, 1, { data: new Float64Array(4), offset: 0 });
    await expect(bench.drain(false)).rejects.toThrow(/failed on a run/);
    expect(bench.scorer.views.isBusy(0)).toBe(false);
    bench.scorer.views.lend(0, 2, viewOf(2));
    await bench.drain(false);
    expect(bench.scores.map((s) => s.end)).toEqual([2]);
    await bench.scorer.close();
  });

  it('are not taken where models run in worker threads', async () => {
    const bench = await ScorerBench.over(MODELS, [definitionOf('a', 2, 3)], { workers: 1 });
    expect(bench.scorer.views.takes(0)).toBe(false);
    await bench.scorer.close();
  });
});
