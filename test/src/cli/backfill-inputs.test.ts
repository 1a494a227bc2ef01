/** Damaged and faulty input through windrow-backfill: exit codes, headings, whole outputs. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleCounts } from '@windrow/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SKIPPED, fixture, goldenJson, hasFixtures } from '../kit/fixtures.ts';
import { runCommand, type CommandResult } from '../kit/run-command.ts';

interface SummaryFile {
  readonly ok: boolean;
  readonly samples: SampleCounts;
  readonly predictions: number;
}

let folder: string;
let definitions: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  definitions = join(folder, 'first.json');
  if (!hasFixtures) return;
  const all = JSON.parse(readFileSync(fixture('definitions/liveline.json'), 'utf8')) as unknown[];
  writeFileSync(definitions, JSON.stringify(all.slice(0, 1)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function backfill(
  source: string,
  out: string,
  more: readonly string[] = [],
): Promise<CommandResult> {
  return runCommand('backfill', [
    ...['--progress', 'none', '--definitions', definitions, '--models', fixture('models')],
    ...['--source', source, '--sink', join(folder, `${out}.csv`)],
    ...['--summary-file', join(folder, `${out}.json`), ...more],
  ]);
}

function summary(out: string): SummaryFile {
  return JSON.parse(readFileSync(join(folder, `${out}.json`), 'utf8')) as SummaryFile;
}

describe.skipIf(!hasFixtures)(`faulty and damaged input${SKIPPED}`, () => {
  it.each(['faulty.csv', 'faulty.ndjson'])('%s: every row under its heading', async (name) => {
    const golden =
      goldenJson<
        Record<string, { samples: SampleCounts; rows: { line: number; heading: string }[] }>
      >('faulty')[name]!;
    const letters = join(folder, `${name}.letters.ndjson`);
    const result = await backfill(fixture(`data/${name}`), name, ['--dead-letter', letters]);
    expect(result.code).toBe(0);
    expect(summary(name).samples).toEqual({ ...golden.samples, out_of_range: 0 });
    const rows = readFileSync(letters, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { row: number; reason: string; source: string });
    expect(rows.map((letter) => letter.row)).toEqual(
      golden.rows.filter((row) => row.heading === 'quarantined').map((row) => row.line),
    );
    for (const letter of rows) {
      expect(letter.reason).not.toBe('');
      expect(letter.source).toContain(name);
    }
  });

  it('--strict: exit code 1, no output, the row named', async () => {
    const result = await backfill(fixture('data/faulty.csv'), 'strict', ['--strict']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('row 19');
    expect(existsSync(join(folder, 'strict.csv'))).toBe(false);
    expect(summary('strict').ok).toBe(false);
  });

  it.each([
    ['truncated.parquet', 'liveline-10min-binary-id.parquet', 0.6],
    ['truncated.arrow', 'liveline-10min.arrow', 0.6],
    ['truncated.arrows', 'liveline-10min.arrows', 0.6],
    ['truncated.csv', 'liveline-10min.csv', 0.6],
    ['truncated.ndjson', 'liveline-10min.ndjson', 0.6],
    ['empty.parquet', 'liveline-10min-binary-id.parquet', 0],
    ['empty.csv', 'liveline-10min.csv', 0],
    ['empty.arrow', 'liveline-10min.arrow', 0],
  ])('%s: exit code 0 and quarantined; 1 with --strict', async (name, whole, share) => {
    const bytes = readFileSync(fixture(`data/${whole}`));
    const source = join(folder, name);
    // Cut in the middle of a row or a page.
    writeFileSync(source, bytes.subarray(0, Math.floor(bytes.length * share)));
    const result = await backfill(source, name);
    expect(result.code).toBe(0);
    expect(summary(name).samples.quarantined).toBeGreaterThan(0);
    expect(existsSync(join(folder, `${name}.csv`))).toBe(true);
    const strict = await backfill(source, `strict-${name}`, ['--strict']);
    expect(strict.code).toBe(1);
    expect(existsSync(join(folder, `strict-${name}.csv`))).toBe(false);
  });

  it('a source that is not there: exit code 1, nothing written', async () => {
    const result = await backfill(join(folder, 'nowhere.parquet'), 'nowhere');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('nowhere.parquet');
    expect(existsSync(join(folder, 'nowhere.csv'))).toBe(false);
  });

  it('a folder of several formats is read as one', async () => {
    const many = mkdtempSync(join(folder, 'many-'));
    copyFileSync(fixture('data/liveline-10min.arrow'), join(many, 'a.arrow'));
    copyFileSync(fixture('data/liveline-10min.csv'), join(many, 'b.csv'));
    const result = await backfill(many, 'many');
    expect(result.code).toBe(0);
    const { samples } = summary('many');
    expect(samples.received).toBe(102_000);
    expect(samples.duplicate).toBe(samples.applied);
  });

  it('leaves no temporary file behind', () => {
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});
