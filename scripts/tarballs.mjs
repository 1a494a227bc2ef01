/**
 * `npm run tarballs -- ROOM...`: packages as they would be published, and the Windrow packages that they need, in `out/tarballs`;
 * without a name all of them. They are built anew, since npm packs `dist/` as it finds it: missing in a fresh clone, elsewhere with what
 * was built of sources that are gone.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { neededPackages } from './needed-packages.mjs';
import { root } from './install.mjs';

/** @type {{workspaces: string[]}} */
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const all = globSync(
  workspaces.map((pattern) => `${pattern}/package.json`),
  { cwd: root },
)
  .toSorted()
  .map((file) => ({
    path: dirname(file).split(sep).join('/'),
    manifest: JSON.parse(readFileSync(join(root, file), 'utf8')),
  }));
const paths = pathsOf(process.argv.slice(2));

const folder = join('out', 'tarballs');
rmSync(join(root, folder), { recursive: true, force: true });
mkdirSync(join(root, folder), { recursive: true });
for (const path of paths) {
  for (const made of ['dist', 'tsconfig.tsbuildinfo']) {
    rmSync(join(root, path, made), { recursive: true, force: true });
  }
}
run('tsc', ['-b', ...paths]);
run('npm', [
  'pack',
  '--silent',
  '--pack-destination',
  folder,
  ...paths.flatMap((path) => ['-w', path]),
]);
console.log(`\nin a project of yours, with Node 24:\nnpm install ${join(root, folder)}/*.tgz`);

/**
 * @param {string[]} asked
 * @returns {string[]}
 */
function pathsOf(asked) {
  try {
    return neededPackages(all, asked).map(({ path }) => path);
  } catch (error) {
    console.error(`npm run tarballs: ${error instanceof Error ? error.message : String(error)}`);
    return process.exit(2);
  }
}

/**
 * Runs what npm put on the PATH; ends this script where that fails.
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    // npm and tsc are .cmd files there, which only a shell runs.
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(`${command} failed (${error?.message ?? `exit code ${status}`})`);
  process.exit(1);
}
