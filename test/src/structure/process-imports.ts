/** What packages import of `node:process`: names in code, such as `pid`, which say nothing of where they come from. */
import { importsOf } from './imports.ts';
import { PROCESS_FILES } from './words.ts';
import type { SourceFile } from './workspace.ts';

/** The names that a file may import, since nobody could hand them to it. */
export const PROCESS_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  // A worker thread is given data and no function, so it takes a clock itself: one that gives durations only.
  ['packages/job-command/src/slices/slice-worker.ts', ['hrtime']],
  ['packages/scoring/src/internal/score-worker.ts', ['hrtime']],
  // Tells processes apart, for all who leave something behind that says whose it is.
  ['packages/io/src/processes/process-system.ts', ['kill', 'pid']],
]);

/**
 * Imports of `node:process` in packages, but for what is allowed; and what is allowed and not imported.
 * @param allowed by path, the names
 */
export function processImports(
  files: readonly SourceFile[],
  allowed: ReadonlyMap<string, readonly string[]>,
): string[] {
  const faults: string[] = [];
  const unused = new Set(
    [...allowed].flatMap(([path, names]) => names.map((name) => `${path}: ${name}`)),
  );
  for (const file of files) {
    const { path } = file;
    if (!/^packages\/[^/]+\/src\//.test(path) || PROCESS_FILES.has(path)) continue;
    for (const { specifier, line, statement } of importsOf(file)) {
      if (!/^(?:node:)?process$/.test(specifier)) continue;
      for (const name of importedNames(statement)) {
        if (allowed.get(path)?.includes(name) === true) unused.delete(`${path}: ${name}`);
        else {
          faults.push(
            `${path}:${line}: found ${name} of ${specifier}: belongs in apps/; packages take it as an argument`,
          );
        }
      }
    }
  }
  for (const name of unused) {
    faults.push(`${name} of node:process: is allowed and not imported; take it off the list`);
  }
  return faults;
}

/** The names between the braces, without what they are called here; `everything` where the module is taken as a whole. */
function importedNames(statement: string): string[] {
  const names = /^(?:import|export)\s+(?:type\s+)?\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined) return ['everything'];
  return names
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s.*$/s, ''),
    )
    .filter((name) => name !== '');
}
