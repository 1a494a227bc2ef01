import { describe, expect, it } from 'vitest';
import { divideLines } from '../../src/internal/divide-lines.ts';
import { definitionOf, metricId } from '../tiny-store.ts';

describe('divideLines', () => {
  const lines = [9, 4, 4, 1, 1, 1].map((cells, i) =>
    definitionOf('m', 1, cells, { lineId: metricId(i) }),
  );

  it('gives each lane about the same, and always alike', () => {
    const lanes = divideLines(lines, 2);
    expect(lines.map((d) => lanes.get(d.lineId))).toEqual([0, 1, 1, 1, 0, 1]);
    expect(divideLines(lines, 2)).toEqual(lanes);
  });

  it('keeps a line together', () => {
    const one = Array.from({ length: 9 }, () => definitionOf('m', 1, 1, { lineId: metricId(1) }));
    expect([...divideLines(one, 4)]).toEqual([[metricId(1), 0]]);
  });

  it('leaves lines where they were, and puts new ones where least is', () => {
    const before = new Map([
      [metricId(1), 0],
      [metricId(2), 0],
    ]);
    const lanes = divideLines(lines.slice(1), 2, before);
    expect(lines.slice(1).map((d) => lanes.get(d.lineId))).toEqual([0, 0, 1, 1, 1]);
  });

  it('of one lane is that lane', () => {
    expect(new Set(divideLines(lines, 1).values())).toEqual(new Set([0]));
  });
});
