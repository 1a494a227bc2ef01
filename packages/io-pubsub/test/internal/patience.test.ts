import { describe, expect, it } from 'vitest';
import { Patience, pause } from '../../src/internal/patience.ts';

describe('patience', () => {
  it('waits longer each time, up to its budget in sum, and starts again after a success', () => {
    const patience = new Patience(2000, () => 0);
    const waits = Array.from({ length: 6 }, () => patience.next());
    expect(waits).toEqual([100, 200, 400, 800, 500, null]);
    expect(patience.spentMs).toBe(2000);
    patience.reset();
    expect(patience.next()).toBe(100);
  });

  it('never waits longer than half a minute at a time', () => {
    const patience = new Patience(1e9, () => 0);
    const waits = Array.from({ length: 20 }, () => patience.next()!);
    expect(Math.max(...waits)).toBe(30_000);
  });

  it('shortens a wait by chance, by a half at most', () => {
    expect(new Patience(1e9, () => 0.999).next()).toBeCloseTo(50, 0);
    expect(new Patience(0, () => 0).next()).toBeNull();
  });

  it('ends a wait when it is told to', async () => {
    const stop = new AbortController();
    const waits = [pause(60_000, stop.signal), pause(1, new AbortController().signal)];
    stop.abort();
    await Promise.all([...waits, pause(60_000, stop.signal)]);
    expect(stop.signal.aborted).toBe(true);
  });
});
