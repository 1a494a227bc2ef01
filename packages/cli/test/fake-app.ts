/** An app in a temporary folder, started through the launcher as a user would. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach } from 'vitest';

const launcher = pathToFileURL(join(import.meta.dirname, '../bin/launch.mjs')).href;
/** What `@windrow/cli` is to an app that lies outside of the repository. */
export const CLI: string = pathToFileURL(join(import.meta.dirname, '../src/index.ts')).href;

/** How a process ended. */
interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout has the text. */
  until(text: string): Promise<void>;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Writes an app with these files (`src/main.ts`) below a new folder; gives back the file of its command. */
export function fakeApp(files: Readonly<Record<string, string>>, below = 'app'): string {
  const folder = mkdtempSync(join(tmpdir(), 'windrow-cli-'));
  folders.push(folder);
  const app = join(folder, below);
  const bin = `import { launch } from '${launcher}';\nawait launch(import.meta.url);\n`;
  for (const [name, text] of Object.entries({ ...files, 'bin/windrow-x.mjs': bin })) {
    mkdirSync(dirname(join(app, name)), { recursive: true });
    writeFileSync(join(app, name), text);
  }
  return join(app, 'bin', 'windrow-x.mjs');
}

/** Flags with which Node cannot replace itself, as Node 20 cannot. */
export const WITHOUT_EXECVE: readonly string[] = [
  '--import',
  'data:text/javascript,delete process.execve',
];

/** Starts a command with these flags of Node, in this process's environment and `env`. */
export function start(
  bin: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Running {
  const { MALLOC_ARENA_MAX: _, NODE_COMPILE_CACHE: __, ...own } = process.env;
  const child = spawn(process.execPath, [...flags, bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...own, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    child,
    ended,
    async until(text) {
      while (!stdout.includes(text)) {
        await new Promise((resolve) => {
          child.stdout.once('data', resolve);
        });
      }
    },
  };
}
