/** The repository as data: its packages, their manifests, and the text of their source files. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** A file of the repository; paths are relative to its root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What the rules read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly type?: string;
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Package {
  /** `packages/core`. */
  readonly path: string;
  readonly manifest: Manifest;
  /** TypeScript and JavaScript of src, test and bin. */
  readonly files: readonly SourceFile[];
}

/** Absolute path of the repository. */
export const root: string = join(import.meta.dirname, '../../..');

/** Every workspace, in order of path. */
export function readPackages(): Package[] {
  return globSync('{packages/*,apps/*,test,bench}/package.json', { cwd: root })
    .map((file) => dirname(file).split(sep).join('/'))
    .toSorted()
    .map((path) => ({
      path,
      manifest: readManifest(`${path}/package.json`),
      files: readFiles(`${path}/{src,test,bin}/**/*.{ts,mts,js,mjs}`),
    }));
}

/** The files that match a pattern, in order of path. */
export function readFiles(pattern: string): SourceFile[] {
  return globSync(pattern, { cwd: root, exclude: (path) => path.includes('node_modules') })
    .map((path) => path.split(sep).join('/'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** A package.json; npm has held it to its form. */
export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
}

/** Whether a path of the repository exists, and its mode. */
export function modeOf(path: string): number | null {
  const absolute = join(root, path);
  return existsSync(absolute) ? statSync(absolute).mode : null;
}
