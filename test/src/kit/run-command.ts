/** Runs an app's command from its sources in a process of its own, as its bin file does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { nodeEnvironment } from '@windrow/cli/launch';

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = join(import.meta.dirname, '../../..');

export function startCommand(app: string, args: readonly string[]): ChildProcess {
  const main = join(ROOT, 'apps', app, 'src/main.ts');
  return spawn(process.execPath, ['--conditions=windrow-source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...nodeEnvironment(main), ...process.env, WINDROW_DEBUG: '' },
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
