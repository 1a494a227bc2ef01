/** What `npm pack` would put into the tarballs, and what is wrong with it. publint looks after entry points, once they are built. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, type Package } from './workspace.ts';

/** A tarball that is not made. */
export interface Tarball {
  /** Of the package. */
  readonly name: string;
  /** Paths inside of it, with `/`. */
  readonly files: readonly string[];
}

/** What npm adds to `files`, and every package has. */
const ALWAYS = ['LICENSE', 'README.md', 'package.json'];
/** What belongs to those who work on a package, wherever it lies. */
const INTERNAL = /(?:^|\/)(?:test|kernels|node_modules)\/|\.test\.|\.tsbuildinfo$|(?:^|\/)\./;

/** Asks npm once, for all packages that could be published; it needs no network. */
export function readTarballs(packages: readonly Package[]): Tarball[] {
  const workspaces = published(packages).flatMap(({ path }) => ['-w', path]);
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline', ...workspaces];
  const { stdout, stderr, status } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm pack ended with ${status}\n${stderr}`);
  const answer = JSON.parse(stdout) as readonly {
    readonly name: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  return answer.map(({ name, files }) => ({ name, files: files.map(({ path }) => path) }));
}

/** Packages without a tarball, and tarballs that lack something or hold what nobody needs who installs them. */
export function tarballFaults(
  packages: readonly Package[],
  tarballs: readonly Tarball[],
  isThere: (path: string) => boolean = (path) => existsSync(join(root, path)),
): string[] {
  const faults: string[] = [];
  const byName = new Map(tarballs.map((tarball) => [tarball.name, tarball.files]));
  for (const { path, manifest } of published(packages)) {
    const files = byName.get(manifest.name);
    if (files === undefined) {
      faults.push(`${path}: found no tarball of ${manifest.name}`);
      continue;
    }
    const listed = manifest.files ?? [];
    // What is built is there after a build only.
    const wanted = listed.filter((entry) => entry !== 'dist' || isThere(`${path}/dist`));
    for (const name of ALWAYS) {
      if (!files.includes(name)) faults.push(`${path}: expected ${name} in its tarball`);
    }
    for (const entry of wanted) {
      const isPacked = files.some((file) => file === entry || file.startsWith(`${entry}/`));
      if (!isPacked)
        faults.push(`${path}: expected ${entry}, which package.json lists under files`);
    }
    for (const file of files) {
      const isOwn = ALWAYS.includes(file) || listed.includes(file.split('/')[0]!);
      if (!isOwn || INTERNAL.test(file)) faults.push(`${path}: found ${file} in its tarball`);
    }
  }
  return faults;
}

function published(packages: readonly Package[]): Package[] {
  return packages.filter(({ manifest }) => manifest.private !== true);
}
