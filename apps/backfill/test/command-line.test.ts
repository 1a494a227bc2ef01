import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../src/command-line.ts';

describe('the command that goes on', () => {
  it('is what a shell takes apart into the same words', () => {
    const words = ['--source', 'sim://extrusion?lines=4&hours=2', "it's", '', 'a b', '$HOME', '*'];
    const { stdout } = spawnSync('sh', ['-c', commandLine(String.raw`printf '%s\0'`, words)]);
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words);
  });

  it('leaves alone what needs no quotes', () => {
    expect(commandLine('windrow-backfill', ['--end', '2026-01-01', 'data/*.parquet'])).toBe(
      "windrow-backfill --end 2026-01-01 'data/*.parquet'",
    );
  });
});
