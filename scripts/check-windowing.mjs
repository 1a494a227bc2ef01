/**
 * `npm run check:windowing [-- RUNS [SEED]]`: the properties of the windows, each with so many random cases (default 10,000; the tests
 * take a few hundred). It prints the seed first: with it, everything happens again.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [runs = '10000', seed = String(Math.floor(Math.random() * 2 ** 31))] = process.argv.slice(2);
if (!/^\d{1,9}$/.test(runs) || !/^\d{1,10}$/.test(seed)) {
  process.stderr.write(`error: found ${runs} ${seed}, expected a number of runs and a seed\n`);
  process.exit(2);
}
process.stdout.write(`${runs} runs of each property, seed ${seed}\n`);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'packages/windowing/test'], {
  cwd: root,
  env: { ...process.env, WINDROW_RUNS: runs, WINDROW_SEED: seed },
  stdio: ['ignore', 'inherit', 'inherit'],
});
process.exitCode = status ?? 1;
