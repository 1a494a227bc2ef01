/** Where the fixtures are, and what their goldens say. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelIdentity } from '@windrow/core';

const FIXTURES = join(import.meta.dirname, '../../../../shared/fixtures');
export const hasFixtures: boolean = existsSync(join(FIXTURES, 'golden'));
/** For the names of suites that need them. */
export const SKIPPED = hasFixtures ? '' : ' (skipped: ../shared is not beside the project)';

export function fixture(path: string): string {
  return join(FIXTURES, path);
}

/** A golden CSV: the columns before the last, joined by commas, to the value. */
export function goldenPredictions(name: string): Map<string, number> {
  const [, ...lines] = readFileSync(fixture(`golden/${name}.csv`), 'utf8')
    .trimEnd()
    .split('\n');
  return new Map(
    lines.map((line) => {
      const comma = line.lastIndexOf(',');
      return [line.slice(0, comma), Number(line.slice(comma + 1))];
    }),
  );
}

export function goldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(fixture(`golden/${name}.json`), 'utf8')) as T;
}

/** Models whose graph computes in float32 somewhere: trees, and the one with a float input. */
const FLOAT_MODELS = /lgbm|missing|nab-hourly|f32/;

/** The relative difference that a golden allows. */
export function toleranceOf(model: ModelIdentity): number {
  return FLOAT_MODELS.test(model.identifier) ? 1e-4 : 1e-9;
}
