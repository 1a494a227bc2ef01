/**
 * The arrows between rooms, and the walls around them.
 *
 *     apps -> pipeline -> { io, scoring, windowing } -> codecs -> core
 *     { io-pubsub, io-bigquery, io-clickhouse, io-gcs } -> io
 *     training -> pipeline
 *     apps -> job-command -> { pipeline, io, io-*, cli, simulator }
 *             simulator -> core,  cli -> core
 */
import { posix } from 'node:path';
import { importsOf, packageOf } from './imports.ts';
import type { Package, SourceFile } from './workspace.ts';

/** Which rooms a room may know. Apps, test and bench may know every package, and no app. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  core: [],
  codecs: ['core'],
  windowing: ['core', 'codecs'],
  scoring: ['core', 'codecs'],
  io: ['core', 'codecs'],
  'io-pubsub': ['core', 'codecs', 'io'],
  'io-bigquery': ['core', 'codecs', 'io'],
  'io-clickhouse': ['core', 'codecs', 'io'],
  'io-gcs': ['core', 'codecs', 'io'],
  simulator: ['core'],
  cli: ['core'],
  pipeline: ['core', 'codecs', 'windowing', 'scoring', 'io'],
  training: ['core', 'codecs', 'windowing', 'scoring', 'io', 'pipeline'],
  'job-command': [
    'core',
    'cli',
    'io',
    'io-pubsub',
    'io-bigquery',
    'io-clickhouse',
    'io-gcs',
    'pipeline',
    'simulator',
  ],
};

/** Imports of rooms that a room may not know, in its sources and in its tests. */
export function forbiddenArrows(packages: readonly Package[]): string[] {
  return eachImport(packages, (pkg, _file, specifier) => {
    const name = packageOf(specifier);
    if (name === null || !name.startsWith('@windrow/') || name === pkg.manifest.name) return null;
    const room = name.slice('@windrow/'.length);
    if (!Object.hasOwn(KNOWN, room))
      return `imports ${name}, which is no room that others may know`;
    if (!pkg.path.startsWith('packages/')) return null;
    const known = KNOWN[posix.basename(pkg.path)];
    if (known === undefined) return `is in a room that test/src/structure/arrows.ts does not know`;
    return known.includes(room)
      ? null
      : `imports ${name}; it may know ${known.join(', ') || 'no room'}`;
  });
}

/**
 * Imports past a package's door: a file of another package by its path, an entry that it does not export, and what is
 * `internal/` to another folder. A package's own tests may see its inside, and `test/` the scripts of the root.
 */
export function trespasses(packages: readonly Package[]): string[] {
  const byName = new Map(packages.map((pkg) => [pkg.manifest.name, pkg]));
  return eachImport(packages, (pkg, file, specifier) => {
    if (!specifier.startsWith('.')) {
      const owner = byName.get(packageOf(specifier) ?? '');
      const entry = owner === undefined ? '.' : `.${specifier.slice(owner.manifest.name.length)}`;
      const isDoor = owner === undefined || Object.hasOwn(owner.manifest.exports ?? {}, entry);
      return isDoor ? null : `imports ${specifier}, which the package does not export`;
    }
    const target = posix.join(posix.dirname(file.path), specifier);
    if (pkg.path === 'test' && target.startsWith('scripts/')) return null;
    // Contenders, data and fakes that a package's tests hold are there for its benchmark too, and for what spans rooms.
    if ((pkg.path === 'bench' || pkg.path === 'test') && /^packages\/[^/]+\/test\//.test(target))
      return null;
    if (!target.startsWith(`${pkg.path}/`)) return `imports ${specifier}, outside of its package`;
    const inside = /^(.*\/)internal\//.exec(target)?.[1];
    const isOwn = inside === undefined || file.path.startsWith(inside);
    return isOwn || file.path.startsWith(`${pkg.path}/test/`)
      ? null
      : `imports ${specifier}, which is internal to ${inside}`;
  });
}

/** Imports of packages that the manifest does not name, and Windrow packages that it names without need. */
export function disagreements(
  packages: readonly Package[],
  rootDependencies: readonly string[],
): string[] {
  const faults = eachImport(packages, (pkg, file, specifier) => {
    const name = packageOf(specifier);
    if (name === null || name === pkg.manifest.name) return null;
    const { dependencies = {}, devDependencies = {} } = pkg.manifest;
    const isTest = !/\/(?:src|bin)\//.test(file.path) || pkg.manifest.private === true;
    const known = isTest
      ? [...Object.keys(dependencies), ...Object.keys(devDependencies), ...rootDependencies]
      : Object.keys(dependencies);
    return known.includes(name) ? null : `imports ${name}, which its package.json does not name`;
  });
  for (const pkg of packages.filter((p) => p.manifest.private !== true)) {
    const imported = new Set(
      pkg.files
        .filter((file) => !file.path.startsWith(`${pkg.path}/test/`))
        .flatMap((file) => importsOf(file).map(({ specifier }) => packageOf(specifier))),
    );
    for (const name of Object.keys(pkg.manifest.dependencies ?? {})) {
      if (name.startsWith('@windrow/') && !imported.has(name)) {
        faults.push(`${pkg.path}/package.json: names ${name}, which no source file imports`);
      }
    }
  }
  return faults;
}

function eachImport(
  packages: readonly Package[],
  check: (pkg: Package, file: SourceFile, specifier: string) => string | null,
): string[] {
  const faults: string[] = [];
  for (const pkg of packages) {
    for (const file of pkg.files) {
      for (const { specifier, line } of importsOf(file)) {
        const fault = check(pkg, file, specifier);
        if (fault !== null) faults.push(`${file.path}:${line}: ${fault}`);
      }
    }
  }
  return faults;
}
