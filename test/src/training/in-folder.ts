/** Commands in a folder of their own, and what the tests of training sets ask of them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ended, runCommand, type CommandResult } from '../kit/run-command.ts';

export async function inFolder<T>(run: (path: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'windrow-training-'));
  try {
    return await run((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs an app, which must succeed. */
export async function succeed(app: string, args: readonly string[]): Promise<CommandResult> {
  const result = await runCommand(app, args);
  expect(result.stderr).not.toContain('error:');
  expect(result.code).toBe(0);
  return result;
}

/** Python as `WINDROW_PYTHON` names it, or `python3`, if it has these modules; else null. */
export async function pythonWith(modules: readonly string[]): Promise<string | null> {
  const python = process.env['WINDROW_PYTHON'] ?? 'python3';
  const tried = await runProgram(python, ['-c', `import ${modules.join(', ')}`]);
  return tried?.code === 0 ? python : null;
}

/** null where there is no such program. */
export function runProgram(
  program: string,
  args: readonly string[],
): Promise<CommandResult | null> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  return ended(child).catch(() => null);
}
