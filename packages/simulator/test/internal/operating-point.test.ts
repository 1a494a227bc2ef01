import { describe, expect, it } from 'vitest';
import {
  operatingPointAt,
  screenClogAt,
  type OperatingPoint,
} from '../../src/internal/operating-point.ts';

const DAY_S = 86_400;

describe('operating points', () => {
  it('change about every forty minutes, and stay put between', () => {
    const point: OperatingPoint = { speed: 0, barrelC: 0, wall: 0 };
    let changes = 0;
    let before = Number.NaN;
    const seen: number[] = [];
    for (let t = 0; t < 10 * DAY_S; t += 10) {
      operatingPointAt(5, t, point);
      if (point.speed !== before) changes++;
      before = point.speed;
      seen.push(point.speed);
    }
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0.85);
    expect(Math.max(...seen)).toBeLessThanOrEqual(1.11);
    // One change a cell of 2400 s, and the point at the beginning.
    expect(changes).toBe((10 * DAY_S) / 2400 + 1);
  });
});

describe('the screen pack', () => {
  it('clogs as a sawtooth: ever faster, then a new one, about every four hours', () => {
    let changes = 0;
    let before = screenClogAt(5, 0);
    let growth = 0;
    let slower = 0;
    let most = 0;
    let fresh = 0;
    for (let t = 10; t < 10 * DAY_S; t += 10) {
      const now = screenClogAt(5, t);
      if (now < before) {
        changes++;
        growth = 0;
        fresh = Math.max(fresh, now);
      } else {
        if (now - before < growth * 0.999) slower++;
        growth = now - before;
      }
      most = Math.max(most, now);
      before = now;
    }
    expect(slower).toBe(0);
    expect(most).toBeLessThan(4);
    expect(fresh).toBeLessThan(0.001);
    expect(changes).toBe((10 * DAY_S) / 14_400);
  });
});
