import { describe, expect, it } from 'vitest';
import { labelWindowEnd } from '../../src/labels/label-window.ts';

//   ends:      0      1000      2000
//   labels:    |  999 |1000 ... |
describe('the window of a label', () => {
  it.each([
    { at: 1000, lag: 0, end: 1000, why: 'one that ends at its very time' },
    { at: 999, lag: 0, end: 0, why: 'not one that ends a millisecond later' },
    { at: 1999, lag: 0, end: 1000, why: 'the last one before' },
    { at: 1999, lag: 1, end: 2000, why: 'a lag brings later windows' },
    { at: 1000, lag: -1, end: 0, why: 'a negative lag keeps away from it' },
    { at: 5500, lag: -3000, end: 2000, why: 'a negative lag of several steps' },
    { at: -1, lag: 0, end: -1000, why: 'also before 1970' },
    { at: -500, lag: 500, end: 0, why: 'zero is a plain zero' },
  ])('$why', ({ at, lag, end }) => {
    expect(labelWindowEnd({ stepMs: 1000 }, at, lag)).toBe(end);
  });
});
