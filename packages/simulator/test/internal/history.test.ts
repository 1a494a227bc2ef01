import { describe, expect, it } from 'vitest';
import { History } from '../../src/internal/history.ts';

describe('History', () => {
  it('remembers, interpolates and averages what was pushed last', () => {
    const history = new History(8);
    history.fill(100);
    for (let value = 1; value <= 13; value++) history.push(value);
    expect([history.ago(0), history.ago(6), history.ago(2.25)]).toEqual([13, 7, 10.75]);
    expect(history.mean(1)).toBe(13);
    expect(history.mean(5)).toBe(11);
  });

  it('has always been what it was filled with', () => {
    const history = new History(8);
    history.fill(4);
    history.push(5);
    expect([history.ago(0), history.ago(1), history.ago(5.5)]).toEqual([5, 4, 4]);
  });
});
