import { describe, expect, it } from 'vitest';
import { derive, mix32, signed, unit } from '../../src/internal/hash.ts';

describe('hash', () => {
  it('is the same on every machine', () => {
    expect([mix32(0), mix32(1), mix32(-1), derive(1, 2), derive(-5, 2 ** 40 + 3)])
      .toMatchInlineSnapshot(`
      [
        0,
        114555507,
        -642423165,
        -1039144329,
        424474366,
      ]
    `);
  });

  it('is a bijection as far as one can see', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 200_000; i++) seen.add(mix32(i * 977));
    expect(seen.size).toBe(200_000);
  });

  it('flips half of the bits when one of the index flips', () => {
    let flipped = 0;
    for (let i = 0; i < 1000; i++) {
      for (let bit = 0; bit < 32; bit++) {
        let difference = derive(42, i) ^ derive(42, i ^ (1 << bit));
        for (; difference !== 0; difference &= difference - 1) flipped++;
      }
    }
    expect(flipped / 32_000).toBeGreaterThan(15.8);
    expect(flipped / 32_000).toBeLessThan(16.2);
  });

  it('fills its intervals evenly', () => {
    const bins = new Int32Array(16);
    let sum = 0;
    for (let i = 0; i < 160_000; i++) {
      const word = derive(7, i);
      const u = unit(word);
      bins[Math.floor(u * 16)]!++;
      sum += signed(word);
    }
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect(Math.abs(sum / 160_000)).toBeLessThan(0.01);
    expect([unit(-1), unit(0), signed(-(2 ** 31)), signed(0)]).toEqual([1 - 2 ** -32, 0, -1, 0]);
  });
});
