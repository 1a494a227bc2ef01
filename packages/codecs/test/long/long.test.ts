import { expect, it } from 'vitest';
import { checkDamage } from './fuzz-check.ts';
import { checkPatterns } from './pattern-check.ts';

// The small sizes of two long checks; see docs/CODEC-CHECKS.md for the runs at full size.

it('half a million values of random bits and kinds go through every form unchanged', () => {
  expect(checkPatterns(500_000, 1)).toBeGreaterThanOrEqual(500_000);
});

it('fifteen thousand damaged chunks and streams are refused or decoded', () => {
  const { cases, refused, decoded, damaged } = checkDamage(1, (done) => done >= 15_000);
  expect(cases).toBe(15_000);
  expect(refused).toBeGreaterThan(1000);
  expect(decoded).toBeGreaterThan(1000);
  expect(damaged).toBeGreaterThan(500);
});
