import { MetricDictionary, type DeadLetter, type SampleBatch } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Delivered } from '../../src/internal/delivered.ts';

const dictionary = new MetricDictionary();

function batch(from: number, length: number): SampleBatch {
  const numbers = Float64Array.from({ length }, (_, i) => from + i);
  return {
    dictionary,
    length,
    slots: new Int32Array(length),
    timestampsMs: numbers,
    values: numbers,
    arrivalsMs: numbers,
  };
}

function letter(row: number): DeadLetter {
  return { heading: 'quarantined', source: 's', row, reason: 'r', raw: null };
}

describe('readings of the same rows', () => {
  it('that fail anywhere, in batches of any size, give every row and every letter once', () => {
    const attempt = fc.record({
      rows: fc.integer({ min: 0, max: 60 }),
      size: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1 }), (failures) => {
        const delivered = new Delivered();
        const samples: number[] = [];
        const rows: (number | null)[] = [];
        for (const { rows: until, size } of [...failures, { rows: 60, size: 7 }]) {
          delivered.again();
          for (let at = 0; at < until; at += size) {
            for (let row = at; row < Math.min(until, at + size); row++) {
              if (row % 10 === 0) delivered.letter(letter(row), (each) => rows.push(each.row));
            }
            for (const { length, values, arrivalsMs } of delivered.samples(
              batch(at, Math.min(size, until - at)),
            )) {
              expect(arrivalsMs!.subarray(0, length)).toEqual(values.subarray(0, length));
              samples.push(...values.subarray(0, length));
            }
          }
        }
        expect(samples).toEqual(Array.from({ length: 60 }, (_, i) => i));
        expect(rows).toEqual([0, 10, 20, 30, 40, 50]);
        expect(delivered.isNothing).toBe(false);
      }),
    );
  });

  it('that gave nothing can be begun again in any order', () => {
    const delivered = new Delivered();
    delivered.again();
    expect([...delivered.samples(batch(0, 0))]).toEqual([]);
    expect(delivered.isNothing).toBe(true);
  });
});
