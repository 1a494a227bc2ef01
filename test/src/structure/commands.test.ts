/** The files in `bin/`: three lines that hand over to the launcher, named as the package says. */
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modeOf, readFiles, readPackages } from './workspace.ts';

/** Long jobs keep a small heap; see the launcher. */
const LINES =
  /^#!\/usr\/bin\/env node\nimport \{ launch \} from '@windrow\/cli\/launch';\nawait launch\(import\.meta\.url(?:, '(?:small|steady)')?\);\n$/;

const apps = readPackages().filter((pkg) => pkg.path.startsWith('apps/'));

describe('commands', () => {
  it.each(apps.map((app) => [app.path, app] as const))(
    '%s has one, and it runs main',
    (path, app) => {
      const name = `windrow-${basename(path)}`;
      const file = `bin/${name}.mjs`;
      expect(app.manifest.bin).toEqual({ [name]: file });
      expect(readFiles(`${path}/bin/*`)).toEqual([
        { path: `${path}/${file}`, text: expect.stringMatching(LINES) },
      ]);
      expect(modeOf(`${path}/src/main.ts`)).not.toBeNull();
    },
  );

  it.skipIf(process.platform === 'win32')(
    'may be executed (skipped: Windows has no such mode)',
    () => {
      for (const { path } of apps) {
        expect(modeOf(`${path}/bin/windrow-${basename(path)}.mjs`)! & 0o111).toBe(0o111);
      }
    },
  );
});
