/** The manifests under deploy/backfill name options that the command has. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../kit/run-command.ts';

const folder = join(import.meta.dirname, '../../../deploy/backfill');

describe('deploy/backfill', () => {
  it('uses options of windrow-backfill', async () => {
    const { stdout } = await runCommand('backfill', ['--help']);
    const known = new Set(stdout.match(/--[a-z][a-z-]*/g));
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      const used = [...text.matchAll(/^\s*(?:- |")(--[a-z-]+)=/gm)].map(([, name]) => name!);
      expect(used.length).toBeGreaterThan(5);
      expect(used.filter((name) => !known.has(name))).toEqual([]);
    }
  });
});
