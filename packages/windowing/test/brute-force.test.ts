/** A model is worth something while it can be read at a glance. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('has at most forty lines', () => {
  const text = readFileSync(join(import.meta.dirname, 'brute-force.ts'), 'utf8');
  const [, model] = text.split('// The model.\n');
  const code = model!.split('\n').filter((line) => !/^\s*(?:\/\/|\/?\*|$)/.test(line));
  expect(code.length).toBeLessThanOrEqual(40);
  expect(Math.max(...code.map((line) => line.length))).toBeLessThanOrEqual(180);
  // It shares no code with the engine: types of core are all that it knows.
  expect(text.match(/^import .*/gm)).toEqual(["import type { Definition } from '@windrow/core';"]);
});
