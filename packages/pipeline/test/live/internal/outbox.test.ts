/** The outbox: numbers that a restart gives again, batches at each sink's pace, and nothing kept that every sink has. */
import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../src/live/internal/outbox.ts';
import { definitionOf } from '../fakes/plant.ts';

const generation = {
  name: 'g',
  targets: [1, 2].map((n) => ({
    definition: definitionOf(n, { line: 0 }),
    dtype: 'float64' as const,
  })),
};
const model = { identifier: 'm', version: 1, sha256: '0' };

function filled(first: number, count: number): Outbox {
  const outbox = new Outbox(generation, first);
  for (let i = 0; i < count; i++)
    outbox.push({ target: i % 2, windowEndMs: i, value: i, model }, 0);
  return outbox;
}

describe('the outbox', () => {
  it('hands out what was released, batch by batch, to everyone from where he is', () => {
    const outbox = filled(100, 3000);
    expect(outbox.next(100)).toBeNull();
    outbox.release(1600);
    for (const start of [100, 777, 1599]) {
      const ends: number[] = [];
      for (let at = start, batch = outbox.next(at); batch !== null; batch = outbox.next(at)) {
        expect(batch.first).toBe(at);
        ends.push(...batch.windowEndsMs.subarray(0, batch.length));
        at += batch.length;
      }
      expect(ends).toEqual(Array.from({ length: 1600 - start }, (_, i) => start - 100 + i));
    }
    expect(outbox.next(1600)).toBeNull();
    expect(outbox.made).toBe(3100);
  });

  it('forgets what everyone has, and knows what it still holds', () => {
    const outbox = filled(0, 3000);
    outbox.release(3000);
    expect(outbox.first).toBe(0);
    outbox.forget(2100);
    expect(outbox.first).toBe(2048);
    expect(outbox.from(2500).map(({ first, length }) => [first, length])).toEqual([[2500, 500]]);
    outbox.forget(3000);
    expect(outbox.first).toBe(3000);
    expect(outbox.from(0)).toEqual([]);
  });

  it('hands out with each prediction when its window was judged', () => {
    const outbox = new Outbox(generation, 0);
    for (let i = 0; i < 1500; i++) {
      outbox.push({ target: 0, windowEndMs: i, value: i, model }, 0, i < 3 ? undefined : i / 2);
    }
    outbox.release(1400);
    const times: number[] = [];
    for (let batch = outbox.next(2); batch !== null; batch = outbox.next(2 + times.length)) {
      expect(batch.judgedMs.length).toBe(batch.length);
      times.push(...batch.judgedMs);
    }
    const expected = Array.from({ length: 1398 }, (_, i) => (i === 0 ? Number.NaN : (i + 2) / 2));
    expect(times).toEqual(expected);
  });

  it('keeps predictions of other definitions apart', () => {
    const outbox = filled(0, 2);
    const other = { name: 'h', targets: generation.targets.toReversed() };
    outbox.redefine(other);
    outbox.push({ target: 0, windowEndMs: 9, value: 9, model }, 3);
    outbox.release(3);
    expect(outbox.next(0)).toMatchObject({ first: 0, length: 2, generation });
    const last = outbox.next(2)!;
    expect(last).toMatchObject({ first: 2, length: 1, generation: other });
    expect(last.definitions[last.definitionIndex[0]!]!.outputMetricName).toBe('sum-2');
  });
});
