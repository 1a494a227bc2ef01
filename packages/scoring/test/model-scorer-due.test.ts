import { describe, expect, it } from 'vitest';
import { meanModel } from './onnx-bytes.ts';
import { ScorerBench } from './scorer-bench.ts';
import { definitionOf } from './tiny-store.ts';

describe('drainDue', () => {
  it('scores what has waited long enough, and lets the rest fill up', async () => {
    let nowMs = 0;
    const models = { a: meanModel(['N', 1, 1]), b: meanModel(['N', 1, 1]) };
    const bench = await ScorerBench.over(
      models,
      [definitionOf('a', 1, 1), definitionOf('b', 1, 1)],
      { nowMs: () => nowMs, batchWaitMs: 10 },
    );
    const due = (): Promise<void> => bench.drainDue();
    expect(bench.scorer.dueMs).toBe(Infinity);
    nowMs = 100;
    await bench.put(0, 1, 1);
    nowMs = 105;
    await bench.put(1, 1, 2);
    await bench.put(0, 2, 3);
    expect(bench.scorer.dueMs).toBe(110);
    nowMs = 109;
    await due();
    expect(bench.scores).toEqual([]);
    nowMs = 110;
    await due();
    expect(bench.scores.map((s) => [s.target, s.end])).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(bench.scorer.dueMs).toBe(115);
    await bench.put(0, 3, 4);
    nowMs = 119;
    await due();
    expect(bench.scores.slice(2).map((s) => [s.target, s.end])).toEqual([[1, 1]]);
    expect(bench.scorer.dueMs).toBe(120);
    await bench.drain(true);
    expect(bench.scores).toHaveLength(4);
    expect(bench.scorer.dueMs).toBe(Infinity);
    await bench.scorer.close();
  });

  it('a row that was reserved and not filled is due for nobody', async () => {
    let nowMs = 0;
    const bench = await ScorerBench.over({ a: meanModel(['N', 1, 1]) }, [definitionOf('a', 1, 1)], {
      nowMs: () => nowMs,
    });
    bench.scorer.reserve(0);
    expect(bench.scorer.dueMs).toBe(Infinity);
    nowMs = 1000;
    await bench.drainDue();
    await bench.put(0, 1, 1);
    await bench.drain(true);
    expect(bench.scores).toHaveLength(1);
    await bench.scorer.close();
  });
});
