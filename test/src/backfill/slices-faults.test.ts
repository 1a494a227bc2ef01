/** Rows that cannot be read, in slices: told once, though two slices read the same row group; refused where it is strict. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSource } from '@windrow/io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { runSliced, type SlicedJob } from '../kit/run-sliced.ts';

let folder: string;
let damaged: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  damaged = join(folder, 'damaged.parquet');
  if (!hasFixtures) return;
  const bytes = readFileSync(fixture('data/liveline.parquet'));
  // In the pages of a row group in the middle; the footer is at the end.
  const middle = Math.floor(bytes.length / 2);
  bytes.fill(0xff, middle, middle + 2000);
  writeFileSync(damaged, bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const job = (out: string): SlicedJob => ({
  definitions: fixture('definitions/liveline.json'),
  models: fixture('models'),
  source: damaged,
  out: join(folder, out),
});

describe.skipIf(!hasFixtures)(`faults in slices${SKIPPED}`, () => {
  it('dead letters and predictions are those of one run', async () => {
    const letters = (name: string): string => join(folder, `${name}.ndjson`);
    const one = await runSliced(job('one.csv'), { deadLetters: letters('one') });
    const { quarantined } = one.summary.report.samples;
    expect(quarantined).toBeGreaterThan(0);
    expect((await fileSource(damaged).splits(null)).length).toBeGreaterThan(3);
    // Short slices: most row groups are read by several.
    const run = await runSliced(job('sliced.csv'), {
      deadLetters: letters('sliced'),
      sliceSamples: 100_000,
      workers: 2,
    });
    expect(run.summary.slices?.slices).toBeGreaterThan(10);
    expect(run.bytes.equals(one.bytes)).toBe(true);
    expect(readFileSync(letters('sliced'))).toEqual(readFileSync(letters('one')));
    expect(run.summary.report.samples.quarantined).toBe(quarantined);
    expect(run.summary.report.deadLetters).toEqual(one.summary.report.deadLetters);
  });

  it.each([1, 2])('strict: %i workers end with the row, and no output', async (workers) => {
    const strict = runSliced(job(`strict-${workers}.csv`), {
      strict: true,
      sliceSamples: 60_000,
      workers,
    });
    await expect(strict).rejects.toMatchObject({ code: 'INPUT' });
    await expect(strict).rejects.toThrow('damaged.parquet');
    expect(readdirSync(folder)).not.toContain(`strict-${workers}.csv`);
  });
});
