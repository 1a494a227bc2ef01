import { describe, expect, it } from 'vitest';
import { valueNoise } from '../../src/internal/value-noise.ts';

describe('valueNoise', () => {
  it('stays in [-1, 1], has mean 0 and a variance of about a quarter', () => {
    let sum = 0;
    let squares = 0;
    let most = 0;
    for (let i = 0; i < 50_000; i++) {
      const value = valueNoise(3, i * 3.7, 10);
      most = Math.max(most, Math.abs(value));
      sum += value;
      squares += value * value;
    }
    expect(most).toBeLessThanOrEqual(1);
    expect(Math.abs(sum / 50_000)).toBeLessThan(0.02);
    expect(squares / 50_000).toBeGreaterThan(0.2);
    expect(squares / 50_000).toBeLessThan(0.3);
  });

  it('is continuous, across lattice points and before 1970', () => {
    for (let t = -500; t < 500; t += 0.25) {
      const step = valueNoise(9, t + 0.25, 20) - valueNoise(9, t, 20);
      expect(Math.abs(step)).toBeLessThan((2 * 1.5 * 0.25) / 20 + 1e-12);
    }
  });

  it('differs between keys', () => {
    expect(valueNoise(1, 5, 10)).not.toBe(valueNoise(2, 5, 10));
  });
});
