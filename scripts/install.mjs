/**
 * What has to be there before anything of the repository runs: the packages of package-lock.json, and a Node that is new
 * enough.
 *
 * Plain JavaScript without dependencies, for Node >= 20: it is what installs the dependencies.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_MAJOR_MIN, findNode } from '../packages/cli/bin/pinned-node.mjs';

/** Absolute path of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Installs what is missing.
 * @returns {string} absolute path of a Node of at least NODE_MAJOR_MIN
 * @throws {Error} saying what to do
 */
export function install() {
  const reason = staleness(root);
  if (reason !== null) {
    const command = installCommand();
    say(`${reason}: npm ${command}`);
    npm([command, '--no-audit', '--no-fund']);
  }
  const node = findNode(root);
  if (node !== null) return node;
  const platform = `${process.platform} ${process.arch}`;
  say(
    `no pinned Node for ${platform}, and ${process.version} is too old: npm install node@${NODE_MAJOR_MIN}`,
  );
  // That package fetches the binary in its install script; no other package may run one.
  npm(
    [
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts=false',
      `node@${NODE_MAJOR_MIN}`,
    ],
    {
      ONNXRUNTIME_NODE_INSTALL: 'skip',
    },
  );
  const fetched = findNode(root);
  if (fetched === null) {
    throw new Error(
      `found no Node ${NODE_MAJOR_MIN} for ${platform}: install Node ${NODE_MAJOR_MIN} or newer and try again`,
    );
  }
  return fetched;
}

/** `npm ci` begins by removing everything, which Windows refuses for the Node that is running. */
function installCommand() {
  const runsInside = process.execPath.startsWith(join(root, 'node_modules'));
  return process.platform === 'win32' && runsInside ? 'install' : 'ci';
}

/**
 * Why `npm ci` is needed in a folder, or null. Compares what npm says it installed with package-lock.json, entry by
 * entry; times of files say nothing after a checkout.
 * @param {string} folder
 * @returns {string | null}
 */
export function staleness(folder) {
  const installed = packagesOf(join(folder, 'node_modules', '.package-lock.json'));
  if (installed === null) return 'nothing is installed yet';
  const wanted = packagesOf(join(folder, 'package-lock.json')) ?? {};
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') || entry.optional === true || entry.devOptional === true)
      continue;
    if (!existsSync(join(folder, path))) return `${path} is missing`;
    if (installed[path]?.version !== entry.version)
      return `${path} is not the version of package-lock.json`;
  }
  return null;
}

/**
 * @param {string} file
 * @returns {Record<string, {version?: string, optional?: boolean, devOptional?: boolean}> | null} null: no such file
 */
function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : null;
}

/**
 * Runs npm in the repository.
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 */
function npm(args, env = {}) {
  const options = { cwd: root, env: { ...process.env, ...env } };
  // npm names its own file to the scripts it runs; without npm around us, a shell finds `npm` (or `npm.cmd`).
  const self = process.env['npm_execpath'];
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', 2, 2];
  const { status, error } =
    self !== undefined && /\.c?js$/.test(self)
      ? spawnSync(process.execPath, [self, ...args], { ...options, stdio })
      : spawnSync(`npm ${args.join(' ')}`, { ...options, stdio, shell: true });
  if (status !== 0) {
    throw new Error(
      `npm ${args[0]} failed (${error?.message ?? `exit code ${status}`}); see its messages above`,
    );
  }
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`windrow: ${text}\n`);
}
