import { describe, expect, it } from 'vitest';
import { meanModel } from './onnx-bytes.ts';
import { ScorerBench } from './scorer-bench.ts';
import { definitionOf } from './tiny-store.ts';

describe('memory', () => {
  it('reserve gives null at the bound, and a drain of full batches alone makes room again', async () => {
    const count = 40;
    const definitions = Array.from({ length: count }, (_, i) => definitionOf(`m${i}`, 1, 64));
    const models = Object.fromEntries(
      definitions.map((d) => [d.modelIdentifier, meanModel(['N', 1, 64])]),
    );
    const bench = await ScorerBench.over(models, definitions, { bufferBytesMax: 65_536 });
    let refused = 0;
    for (let end = 0; end < 20; end++) {
      for (let target = 0; target < count; target++) {
        while (!bench.offer(target, end, target)) {
          refused++;
          await bench.drain(false);
        }
        expect(bench.scorer.bufferBytes).toBeLessThanOrEqual(65_536);
      }
    }
    await bench.drain(true);
    expect(refused).toBeGreaterThan(0);
    expect(bench.scores).toHaveLength(20 * count);
    expect(bench.scores.every((s) => s.value === s.target)).toBe(true);
    await bench.scorer.close();
  });

  it('a row larger than the bound is scored, alone', async () => {
    const bench = await ScorerBench.over(
      { m: meanModel(['N', 1, 5000]) },
      [definitionOf('m', 1, 5000)],
      {
        bufferBytesMax: 4096,
        batchBytesMax: 4096,
      },
    );
    for (let end = 0; end < 5; end++) await bench.put(0, end, end);
    await bench.drain(true);
    expect(bench.batches.map((b) => b.map((s) => s.value))).toEqual([[0], [1], [2], [3], [4]]);
    await bench.scorer.close();
  });

  it('a batch is no larger than batchBytesMax', async () => {
    const bench = await ScorerBench.over(
      { m: meanModel(['N', 1, 64]) },
      [definitionOf('m', 1, 64)],
      {
        batchBytesMax: 16_384,
        nowMs: () => 0,
      },
    );
    for (let end = 0; end < 500; end++) await bench.put(0, end, end);
    await bench.drain(true);
    expect(Math.max(...bench.batches.map((b) => b.length))).toBe(31);
    await bench.scorer.close();
  });

  it('full batches are to be run before others are begun, while they are in the cache', async () => {
    const definitions = [definitionOf('a', 8, 1024), definitionOf('b', 1, 1)];
    const models = { a: meanModel(['N', 8, 1024]), b: meanModel(['N', 1, 1]) };
    const bench = await ScorerBench.over(models, definitions);
    let end = 0;
    while (end < 1000 && bench.offer(0, end, end)) end++;
    expect(end * 65_536).toBeLessThan(4 << 20);
    expect(bench.offer(1, 0, 0)).toBe(false);
    await bench.drain(false);
    expect(bench.offer(1, 0, 0)).toBe(true);
    await bench.scorer.close();
  });

  // Ten windows of a model came as a batch of eight and a rest of two, which was run by itself, long after, for twice the time.
  it.each([
    { fit: 17, sizes: [10], name: 'a step in a batch, where more than one has no room' },
    { fit: 39, sizes: [30], name: 'whole steps in a batch' },
    { fit: 8, sizes: [5], name: 'a step in equal batches, where one has no room' },
  ])('steps of all definitions end where a batch ends: $name', async ({ fit, sizes }) => {
    const definitions = Array.from({ length: 10 }, () => definitionOf('m', 1, 1024));
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1024]) }, definitions, {
      batchBytesMax: fit * (1024 * 8 + 12),
      nowMs: () => 0,
    });
    for (let end = 0; end < 100; end++) {
      for (let target = 0; target < 10; target++) await bench.put(target, end, target);
    }
    await bench.drain(true);
    expect([...new Set(bench.batches.slice(10, -1).map((b) => b.length))]).toEqual(sizes);
    expect(bench.scores).toHaveLength(1000);
    await bench.scorer.close();
  });

  it('batches are cut where a run takes longer than runMsMax', async () => {
    let nowMs = 0;
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 1]) }, [definitionOf('m', 1, 1)], {
      nowMs: () => (nowMs += 10),
      runMsMax: 20,
    });
    // A run takes 10 ms by this clock, two rows warmed up: 5 ms a row, four rows in 20 ms.
    for (let end = 0; end < 10; end++) await bench.put(0, end, end);
    await bench.drain(true);
    expect(bench.batches.map((b) => b.length)).toEqual([4, 4, 2]);
    expect(bench.scores.map((s) => s.value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await bench.scorer.close();
  });
});
