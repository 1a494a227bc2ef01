/** ONNX Runtime reports to its maker unless it is told not to; see turn-reports-off.ts of @windrow/scoring. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledModels } from '../kit/run-sliced.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** What suppresses reports for other reasons. */
const QUIET: ReadonlySet<string> = new Set(['CI', 'GITHUB_ACTIONS', 'ORT_DISABLE_TELEMETRY']);

/** Loads the bundled models as a program does that imports the package. */
const program = (workers: number): string => `
  import { FolderModelStore, createScorer } from '@windrow/scoring';
  import { parseDefinitions } from '@windrow/io';
  import { definitionsFor, simOptions } from '@windrow/simulator';
  const text = JSON.stringify(definitionsFor(simOptions({ lines: 1 })));
  const { definitions } = parseDefinitions(text, 'simulated');
  const store = new FolderModelStore(${JSON.stringify(bundledModels)});
  const scorer = await createScorer(definitions, store, { workers: ${workers}, nowMs: Date.now });
  await scorer.close();
`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'windrow-test-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function left(code: string): readonly string[] {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !QUIET.has(name)));
  const args = ['--conditions=windrow-source', '--input-type=module', '--eval', code];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, NODE_COMPILE_CACHE: '' },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return readdirSync(home);
}

describe('a program that scores', () => {
  it.each([0, 1])('reports to nobody and leaves no file, with %i workers', (workers) => {
    expect(left(program(workers))).toEqual([]);
  });
});
