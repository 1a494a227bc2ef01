/** What every package.json of the repository has in common. */
import type { Manifest, Package } from './workspace.ts';

/** Manifests that differ from the root's, or from each other, where they must not. */
export function unlikeManifests(
  packages: readonly Package[],
  rootManifest: Pick<Manifest, 'version' | 'license'>,
): string[] {
  const faults: string[] = [];
  for (const { path, manifest } of packages) {
    const expectField = (field: string, found: unknown, expected: unknown): void => {
      if (found === expected) return;
      faults.push(
        `${path}/package.json: ${field}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`,
      );
    };
    expectField('version', manifest.version, rootManifest.version);
    expectField('license', manifest.license, rootManifest.license);
    expectField('type', manifest.type, 'module');
    expectField('name', manifest.name, `@windrow/${path.split('/').at(-1)!}`);
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      const isOwn = name.startsWith('@windrow/');
      expectField(`dependencies.${name}`, range, isOwn ? rootManifest.version : exact(range));
    }
    if (manifest.bin !== undefined) {
      expectField('files', manifest.files?.includes('bin'), true);
    }
  }
  return faults;
}

/** The version that a range would have to be: itself where it is exact. */
function exact(range: string): string {
  return /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(range) ? range : 'an exact version';
}
