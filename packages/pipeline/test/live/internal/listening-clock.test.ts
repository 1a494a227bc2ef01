/** The clock by which lines are silent: it stands still while nobody listens, and never goes back. */
import { describe, expect, it } from 'vitest';
import { ListeningClock } from '../../../src/live/internal/listening-clock.ts';

describe('the listening clock', () => {
  it('counts only while it listens, in whole milliseconds', () => {
    let nowMs = 1000;
    const clock = new ListeningClock(() => nowMs, 50);
    nowMs = 1500;
    expect(clock.read()).toBe(50);
    clock.listen(true);
    nowMs = 1600.75;
    expect(clock.read()).toBe(150);
    nowMs = 1601;
    clock.listen(false);
    nowMs = 9000;
    expect(clock.read()).toBe(151);
    clock.advanceTo(400);
    clock.advanceTo(300);
    clock.listen(true);
    nowMs = 9001;
    expect(clock.read()).toBe(401);
  });
});
