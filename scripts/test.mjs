/**
 * `npm test`: installs what is missing and runs every test; `npm test -- packages/cli -t name` some of them.
 *
 * After vitest's own summary comes one line that machines read: `N passed, N failed, N skipped`. The exit code is vitest's.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, root } from './install.mjs';

const reporter = fileURLToPath(new URL('./count-reporter.mjs', import.meta.url));

try {
  process.exitCode = await runTests(install());
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/**
 * @param {string} node
 * @returns {Promise<number>} the exit code
 */
async function runTests(node) {
  const folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  const counts = join(folder, 'counts.txt');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [
    vitest,
    'run',
    '--reporter=default',
    `--reporter=${reporter}`,
    ...process.argv.slice(2),
  ];
  try {
    const code = await exitCodeOf(node, args, { ...process.env, WINDROW_TEST_COUNTS: counts });
    if (!existsSync(counts)) {
      process.stderr.write('error: the tests ended without a result\n');
      return code === 0 ? 1 : code;
    }
    process.stdout.write(readFileSync(counts, 'utf8'));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function exitCodeOf(file, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    // Ctrl-C reaches the child by itself; we wait for its end.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
