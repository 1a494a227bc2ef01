/** Which packages of the repository have to be installed together. */

/**
 * @typedef {object} Workspace
 * @property {string} path relative to the root
 * @property {{name: string, private?: boolean, dependencies?: Record<string, string>}} manifest
 */

/**
 * The packages that are asked for and the ones of the repository that they need, in the order of `workspaces`.
 * @param {readonly Workspace[]} workspaces
 * @param {readonly string[]} asked by room (`core`) or name (`@windrow/core`); none: all that can be published
 * @returns {Workspace[]}
 * @throws {Error} for a name that is none of theirs
 */
export function neededPackages(workspaces, asked) {
  const byName = new Map(
    workspaces
      .filter(({ manifest }) => manifest.private !== true)
      .map((workspace) => [workspace.manifest.name, workspace]),
  );
  /** @type {Set<string>} */
  const needed = new Set();
  const open = asked.map((room) => (room.startsWith('@') ? room : `@windrow/${room}`));
  if (asked.length === 0) open.push(...byName.keys());
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const workspace = byName.get(name);
    if (workspace === undefined) {
      const known = [...byName.keys()].map((key) => key.split('/')[1]).join(', ');
      throw new Error(`found ${name}, expected some of ${known}`);
    }
    if (needed.has(name)) continue;
    needed.add(name);
    const { dependencies = {} } = workspace.manifest;
    open.push(...Object.keys(dependencies).filter((other) => other.startsWith('@windrow/')));
  }
  return workspaces.filter(({ manifest }) => needed.has(manifest.name));
}
