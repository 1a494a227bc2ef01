/** Runs an app's command from its sources in a process of its own, by its bin file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = join(import.meta.dirname, '../../..');

/** The process is the command's own: where it can, the launcher puts it in its place, with the same id. */
export function startCommand(app: string, args: readonly string[]): ChildProcess {
  const bin = join(ROOT, 'apps', app, `bin/windrow-${app}.mjs`);
  return spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WINDROW_DEBUG: '' },
  });
}

export function ended(child: ChildProcess): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

export function runCommand(app: string, args: readonly string[]): Promise<CommandResult> {
  return ended(startCommand(app, args));
}
