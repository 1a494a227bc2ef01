/** What an export was building when it was killed: removed by the next one, but only if nobody can be at work there. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { describe, expect, it } from 'vitest';
import { ended, startCommand } from '../kit/run-command.ts';
import { inFolder, succeed } from './in-folder.ts';

/** As a container of the name `exporter` would have left it. */
const ELSEWHERE = '.set.exporter-1-77-0123456789abcdef.01234567-89ab-4def-8123-456789abcdef.tmp';

describe.skipIf(process.platform !== 'linux')('an export (skipped: only Linux tells)', () => {
  it('leaves what another builds, removes what a killed one left, and names what it cannot tell', () =>
    inFolder(async (path) => {
      const out = path('set');
      const there = (): string[] => readdirSync(dirname(out)).filter((name) => /set/.test(name));
      writeFileSync(
        path('definitions.json'),
        JSON.stringify(definitionsFor(simOptions({ lines: 1 }))),
      );
      const args = (seconds: number): string[] => [
        ...['--definitions', path('definitions.json'), '--out', out, '--progress', 'none'],
        ...['--source', `sim://extrusion?lines=1&seconds=${seconds}`, '--overwrite'],
      ];
      const long = startCommand('train-export', args(100_000_000));
      const end = ended(long);
      await expect.poll(there, { timeout: 30_000 }).toHaveLength(1);
      const [building] = there();
      expect(building).toMatch(new RegExp(`^\\.set\\.[\\w-]+-${long.pid}-\\d+-[0-9a-f]{16}\\.`));

      const beside = await succeed('train-export', args(900));
      expect(there()).toEqual([building, 'set']);
      expect(beside.stderr).not.toContain('note:');

      long.kill('SIGKILL');
      await end;
      mkdirSync(path(ELSEWHERE));
      const after = await succeed('train-export', args(900));
      expect(there()).toEqual([ELSEWHERE, 'set']);
      expect(after.stderr).toContain(
        `note: ${path(ELSEWHERE)}: stays, since it cannot be told from here`,
      );
    }));
});
