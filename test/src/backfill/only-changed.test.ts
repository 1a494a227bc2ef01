/** Late data, computed again: only what differs is written, under the next revision. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { runSliced, type SlicedJob } from '../kit/run-sliced.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function job(source: string, out: string): SlicedJob {
  return {
    definitions: fixture('definitions/liveline.json'),
    models: fixture('models'),
    source,
    out: join(folder, out),
    range: { afterMs: 1_551_878_400_000, untilMs: 1_551_879_000_000 },
  };
}

/** `metric_id,window_end_ms` to value and revision. */
function byName(csv: Buffer): Map<string, { value: string; revision: string }> {
  const [, ...lines] = csv.toString().trimEnd().split('\n');
  return new Map(
    lines.filter(Boolean).map((line) => {
      const fields = line.split(',');
      return [`${fields[0]},${fields[8]}`, { value: fields[2]!, revision: fields.at(-1)! }];
    }),
  );
}

describe.skipIf(!hasFixtures)(`--only-changed${SKIPPED}`, () => {
  it('writes what late samples changed, and nothing when run again', async () => {
    const lines = readFileSync(fixture('data/liveline-10min.csv'), 'utf8').trimEnd().split('\n');
    // The link was down for a minute; what was measured then came the day after.
    const early = join(folder, 'early.csv');
    const isLate = (line: string): boolean => /,155187870\d{4},/.test(line);
    writeFileSync(early, `${lines.filter((line) => !isLate(line)).join('\n')}\n`);
    const all = fixture('data/liveline-10min.csv');
    const before = await runSliced(job(early, 'before.csv'));
    const after = await runSliced(job(all, 'after.csv'));
    const corrections = await runSliced(job(all, 'corrections.csv'), {
      onlyChanged: join(folder, 'before.csv'),
    });
    const [was, is, told] = [before, after, corrections].map(({ bytes }) => byName(bytes));
    const changed = [...is!].filter(([name, { value }]) => was!.get(name)?.value !== value);
    expect(changed.length).toBeGreaterThan(20);
    expect(changed.length).toBeLessThan(is!.size);
    expect(told).toEqual(
      new Map(
        changed.map(([name, { value }]) => [name, { value, revision: was!.has(name) ? '1' : '0' }]),
      ),
    );
    const { changes } = corrections.summary;
    expect(changes!.added + changes!.changed).toBe(changed.length);
    expect(changes!.same).toBe(is!.size - changed.length);
    // In slices, and against all that was written so far: nothing is left to be told.
    const again = await runSliced(job(all, 'again.csv'), {
      onlyChanged: join(folder, '{before,corrections}.csv'),
    });
    expect(byName(again.bytes).size).toBe(0);
    expect(again.summary.changes).toEqual({ added: 0, changed: 0, same: is!.size });
  });

  it('gives the same in slices', async () => {
    const source = fixture('data/liveline-30min-rough.parquet');
    const range = { afterMs: 1_551_877_200_000, untilMs: 1_551_879_060_000 };
    const half = {
      ...job(source, 'half.parquet'),
      range: { ...range, untilMs: range.afterMs + 9e5 },
    };
    await runSliced(half);
    const onlyChanged = join(folder, 'half.parquet');
    const whole = await runSliced({ ...job(source, 'rest.csv'), range }, { onlyChanged });
    const sliced = await runSliced(
      { ...job(source, 'rest-sliced.csv'), range },
      { onlyChanged, sliceSamples: 30_000 },
    );
    expect(sliced.summary.slices?.slices).toBeGreaterThan(2);
    expect(sliced.bytes.equals(whole.bytes)).toBe(true);
    expect(whole.summary.changes?.changed).toBe(0);
    expect(whole.summary.changes?.added).toBeGreaterThan(0);
    expect(whole.summary.report.predictions).toBe(whole.summary.changes?.added);
  });

  it('refuses to write over what it compares with', async () => {
    const source = fixture('data/liveline-10min.csv');
    await runSliced(job(source, 'clash.csv'));
    const onlyChanged = join(folder, 'clash.csv');
    await expect(runSliced(job(source, 'clash.csv'), { onlyChanged })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});
