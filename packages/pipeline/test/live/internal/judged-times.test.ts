/** When windows were judged, by the name that their scores come back with. */
import { describe, expect, it } from 'vitest';
import { JudgedTimes } from '../../../src/live/internal/judged-times.ts';

describe('the times of windows that are on their way', () => {
  it('are those of the input that was worked off, each given back once', () => {
    const times = new JudgedTimes();
    times.nowMs = 5;
    times.note(1, 1000);
    times.nowMs = 7;
    times.note(1, 2000);
    times.note(0, 1000);
    expect(times.take(1, 2000)).toBe(7);
    expect(times.take(1, 1000)).toBe(5);
    expect(times.take(0, 1000)).toBe(7);
    expect(times.take(1, 1000)).toBeNaN();
    expect(times.take(9, 1000)).toBeNaN();
  });

  it('come back in their order where a window is judged again before its score has come', () => {
    const times = new JudgedTimes();
    times.nowMs = 5;
    times.note(0, 1000);
    times.nowMs = 9;
    times.note(0, 1000);
    expect(times.take(0, 1000)).toBe(5);
    expect(times.take(0, 1000)).toBe(9);
    expect(times.take(0, 1000)).toBeNaN();
  });

  it('are unknown while a journal is replayed, and when all that is left has failed', () => {
    const times = new JudgedTimes();
    times.note(0, 1000);
    expect(times.take(0, 1000)).toBeNaN();
    times.nowMs = 5;
    times.note(0, 1000);
    times.clear();
    expect(times.take(0, 1000)).toBeNaN();
    times.note(0, 1000);
    times.reset();
    expect(times.take(0, 1000)).toBeNaN();
  });
});
