/** Where the shared fixtures are, and their definitions. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDefinitions, type Definition } from '@windrow/core';

export const FIXTURES: string = join(import.meta.dirname, '../../../../shared/fixtures');
export const areFixturesMissing: boolean = !existsSync(FIXTURES);

/** The definitions of `definitions/<name>.json`. */
export function fixtureDefinitions(name: string): Definition[] {
  const file = join(FIXTURES, 'definitions', `${name}.json`);
  const entries = JSON.parse(readFileSync(file, 'utf8')) as unknown[];
  return checkDefinitions(
    entries.map((value, i) => ({ value, where: `entry ${i + 1}` })),
    file,
  );
}
