/** Runs the shell blocks of a page, as a reader would who follows it from its beginning in a fresh checkout. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Block, Page } from './markdown.ts';
import { missingLine } from './output-match.ts';

/** Not part of a fresh checkout, or not to be written to by a reader's commands. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'out', 'coverage']);
const CODE: ReadonlySet<string> = new Set(['sh', 'bash', 'console', 'ts', 'js', 'mjs']);

/** Where `linkCheckout` puts an `npx` of its own, and `linkProject` a `node`. */
const FAST = '.fast';

/**
 * Makes `folder` look like the repository, so that what blocks write lands there. `npx` runs what it would find, without the
 * second that it takes to find it.
 */
export function linkCheckout(root: string, folder: string): void {
  for (const name of readdirSync(root)) {
    if (!LEFT_OUT.has(name)) symlinkSync(join(root, name), join(folder, name));
  }
  mkdirSync(join(folder, FAST));
  const npx = '#!/bin/sh\nPATH=node_modules/.bin:$PATH exec "$@"\n';
  writeFileSync(join(folder, FAST, 'npx'), npx, { mode: 0o755 });
}

/**
 * Makes `folder` look like the project of somebody who has installed the packages, saved the examples and copied the model store.
 * `node` takes Windrow from its sources, so that nothing need be built.
 */
export function linkProject(root: string, folder: string): void {
  linkCheckout(root, folder);
  for (const name of readdirSync(join(root, 'examples'))) {
    if (name.endsWith('.ts')) symlinkSync(join(root, 'examples', name), join(folder, name));
  }
  const node = `#!/bin/sh\nexec '${process.execPath}' --conditions=windrow-source "$@"\n`;
  writeFileSync(join(folder, FAST, 'node'), node, { mode: 0o755 });
}

/**
 * Runs every block that is marked `run` and holds its output against the block marked `output` that follows; holds blocks that
 * quote files against them.
 * @returns a text for each fault: where, what, and what was printed
 */
export async function faultsOfPage(page: Page, folder: string): Promise<string[]> {
  const faults: string[] = [];
  let printed: string | null = null;
  for (const block of page.blocks) {
    const where = `${page.path}:${block.line}`;
    if (block.mark === 'run') {
      const { code, output } = await runShell(block.text, folder);
      printed = output;
      if (code !== 0) faults.push(`${where}: ended with ${code}\n${output}`);
    } else if (block.mark === 'output') {
      const missing = printed === null ? block.text : missingLine(block.text, printed);
      if (missing !== null) faults.push(`${where}: not printed: ${missing}\n${printed ?? ''}`);
    } else if (/^(?:file|part): /.test(block.mark)) {
      const fault = faultOfQuote(block, folder);
      if (fault !== null) faults.push(`${where}: ${fault}`);
    } else if (isUnmarked(block)) {
      faults.push(`${where}: code without a mark; expected run, file, part, or not run: WHY`);
    }
  }
  return faults;
}

function isUnmarked({ language, mark }: Block): boolean {
  return CODE.has(language) && !mark.startsWith('not run: ');
}

/** What is wrong with a block that quotes a file, or null. */
function faultOfQuote({ mark, text }: Block, folder: string): string | null {
  const path = mark.slice(mark.indexOf(' ') + 1);
  const file = readFileSync(join(folder, path), 'utf8');
  if (mark.startsWith('file: ')) {
    return file === text ? null : `the block is not what is in ${path}`;
  }
  return unindented(file).includes(unindented(text)) ? null : `the block is no part of ${path}`;
}

function unindented(text: string): string {
  return text.replace(/^ +/gm, '');
}

function runShell(
  text: string,
  cwd: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  // The variables that `npm test` sets would lead npm back to the checkout.
  const own = Object.entries(process.env).filter(([name]) => !/^(?:npm_|INIT_CWD)/i.test(name));
  const env = Object.fromEntries(own);
  const path = `${join(cwd, FAST)}${delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn('bash', ['-c', `set -euo pipefail; exec 2>&1\n${text}`], {
    cwd,
    env: { ...env, PATH: path, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', WINDROW_DEBUG: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
