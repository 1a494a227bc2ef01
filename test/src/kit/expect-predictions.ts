import { expect } from 'vitest';
import type { Collected } from './collecting-sink.ts';
import { toleranceOf } from './fixtures.ts';

/** Every row of the golden, and no other, within the tolerance of its model. */
export function expectPredictions(
  got: ReadonlyMap<string, Collected>,
  golden: ReadonlyMap<string, number>,
  nameOf: (name: string) => string = (name) => name,
): void {
  const names = new Set(Array.from(got.keys(), nameOf));
  expect([...golden.keys()].filter((name) => !names.has(name))).toEqual([]);
  expect([...names].filter((name) => !golden.has(name))).toEqual([]);
  expect(names.size).toBe(got.size);
  const wrong: string[] = [];
  for (const [name, { value, model }] of got) {
    const expected = golden.get(nameOf(name))!;
    const difference = Math.abs(value - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE);
    if (value !== expected && !(difference <= toleranceOf(model))) {
      wrong.push(`${name}: found ${value}, expected ${expected} (${model.identifier})`);
    }
  }
  expect(wrong).toEqual([]);
}

/** A prediction's name without its revision, as the goldens of backfills have it. */
export function withoutRevision(name: string): string {
  return name.slice(0, name.lastIndexOf(','));
}
