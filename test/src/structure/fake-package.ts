/** A package that exists only in a test: for showing that a rule can fail. */
import type { Manifest, Package } from './workspace.ts';

/** `files` by path inside the package. */
export function fakePackage(
  path: string,
  files: Readonly<Record<string, string>>,
  manifest: Partial<Manifest> = {},
): Package {
  return {
    path,
    manifest: {
      name: `@windrow/${path.split('/').at(-1)!}`,
      version: '1.0.0',
      license: 'Apache-2.0',
      type: 'module',
      exports: { '.': './src/index.ts' },
      ...manifest,
    },
    files: Object.entries(files).map(([name, text]) => ({ path: `${path}/${name}`, text })),
  };
}
