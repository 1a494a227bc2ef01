import { describe, expect, it } from 'vitest';
import { Outages } from '../../src/internal/outages.ts';

describe('Outages', () => {
  it.each([
    [0.02, 30],
    [0.2, 5],
    [0.5, 60],
  ])('are silent for a share of %d, for %d s on average', (gaps, gapS) => {
    const keys = Int32Array.from({ length: 20 }, (_, i) => i * 7919);
    const outages = new Outages(keys, { gaps, gapS });
    let silent = 0;
    let silences = 0;
    const seconds = 100_000;
    for (let series = 0; series < keys.length; series++) {
      let before = false;
      for (let s = 0; s < seconds; s++) {
        const now = outages.silent(series, s * 1000);
        if (now) silent++;
        if (now && !before) silences++;
        before = now;
      }
    }
    const share = silent / (seconds * keys.length);
    expect(Math.abs(share / gaps - 1)).toBeLessThan(0.03);
    // Neighbouring silences may touch, and the ends are whole seconds.
    expect(silent / silences / gapS).toBeGreaterThan(0.93);
    expect(silent / silences / gapS).toBeLessThan(1.15);
  });

  it('does not depend on where reading began', () => {
    const options = { gaps: 0.1, gapS: 20 };
    const keys = Int32Array.of(1, 2);
    const whole = new Outages(keys, options);
    const late = new Outages(keys, options);
    const seconds = Array.from({ length: 5000 }, (_, s) => s);
    const expected = seconds.map((s) => whole.silent(1, s * 1000)).slice(3333);
    expect(seconds.slice(3333).map((s) => late.silent(1, s * 1000))).toEqual(expected);
    expect(new Set(expected).size).toBe(2);
  });
});
