/** Slices, workers and shards give the bytes of one run, and those are what was computed elsewhere. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { runSliced, type SlicedJob } from '../kit/run-sliced.ts';

interface GoldenCounts {
  readonly start_ms: number;
  readonly end_ms: number;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function jobOf(name: string, definitions: string, out: string): SlicedJob {
  const { start_ms, end_ms } = goldenJson<Record<string, GoldenCounts>>('counts')[name]!;
  return {
    definitions: fixture(`definitions/${definitions}`),
    models: fixture('models'),
    source: fixture(`data/${name}.parquet`),
    out: join(folder, out),
    range: { afterMs: start_ms, untilMs: end_ms },
  };
}

/** Window counts without what the definitions say. */
const countsOf = (run: Awaited<ReturnType<typeof runSliced>>): unknown[] =>
  run.summary.report.definitions.map((counts) => ({ ...counts, definition: null }));

describe.skipIf(!hasFixtures)(`slices of the fixtures${SKIPPED}`, () => {
  it.each([
    ['liveline', 'liveline.json', 200_000, [2, 3]],
    ['liveline-30min-rough', 'liveline.json', 30_000, [1, 2]],
    ['wells', 'wells.json', 150_000, [2]],
    ['nab', 'nab.json', 4000, [2]],
  ] as const)('%s: as one run, and as the golden', async (name, definitions, size, sets) => {
    const one = await runSliced(jobOf(name, definitions, `${name}-one.csv`));
    expect(one.summary.slices).toBeNull();
    const golden = goldenPredictions(name);
    const lines = one.bytes.toString().trimEnd().split('\n').slice(1);
    expect(new Set(lines.map((line) => line.split(',').slice(0, 2).join(',')))).toEqual(
      new Set(golden.keys()),
    );
    for (const workers of sets) {
      const run = await runSliced(jobOf(name, definitions, `${name}-${workers}.csv`), {
        workers,
        sliceSamples: size,
      });
      expect(run.summary.slices?.slices).toBeGreaterThan(3);
      expect(run.summary.slices?.workers).toBe(workers);
      expect(run.bytes.equals(one.bytes)).toBe(true);
      expect(countsOf(run)).toEqual(countsOf(one));
      expect(existsSync(join(folder, `${name}-${workers}.csv.windrow`))).toBe(false);
    }
  });

  it.each([2, 3])('the union of %i shards is the whole', async (count) => {
    const name = 'liveline-30min-rough';
    const one = await runSliced(jobOf(name, 'liveline.json', `whole-of-${count}.csv`));
    const [header, ...rows] = one.bytes.toString().trimEnd().split('\n');
    const parts: string[] = [];
    for (let index = 0; index < count; index++) {
      const out = `shard-${index}-of-${count}.csv`;
      const run = await runSliced(jobOf(name, 'liveline.json', out), {
        shard: { index, count },
        sliceSamples: 40_000,
        workers: 1,
      });
      const [ownHeader, ...own] = run.bytes.toString().trimEnd().split('\n');
      expect(ownHeader).toBe(header);
      expect(own.length).toBeGreaterThan(0);
      parts.push(...own);
    }
    expect(parts.join('\n') === rows.join('\n')).toBe(true);
  });

  it.each([2, 3])('without times at the source, %i shards divide the lines', async (count) => {
    const job = (out: string): SlicedJob => ({
      ...jobOf('liveline-10min', 'liveline.json', out),
      source: fixture('data/liveline-10min.csv'),
    });
    const one = await runSliced(job(`csv-of-${count}.csv`));
    const rows = new Set(one.bytes.toString().trimEnd().split('\n'));
    let union = 0;
    for (let index = 0; index < count; index++) {
      const run = await runSliced(job(`csv-${index}-of-${count}.csv`), { shard: { index, count } });
      const own = run.bytes.toString().trimEnd().split('\n');
      for (const row of own) expect(rows.has(row)).toBe(true);
      union += own.length - 1;
    }
    expect(union).toBe(rows.size - 1);
  });

  it('an open range counts windows as one run does', async () => {
    const open = {
      afterMs: Number.NEGATIVE_INFINITY,
      untilMs: Number.POSITIVE_INFINITY,
    };
    const job = (out: string): SlicedJob => ({ ...jobOf('wells', 'wells.json', out), range: open });
    const one = await runSliced(job('open-one.parquet'));
    const run = await runSliced(job('open-sliced.parquet'), { sliceSamples: 200_000, workers: 1 });
    expect(run.bytes.equals(one.bytes)).toBe(true);
    expect(countsOf(run)).toEqual(countsOf(one));
    const { received } = one.summary.report.samples;
    const { slices, report } = run.summary;
    expect(report.samples.received - slices!.repeated).toBe(received);
    expect(readFileSync(join(folder, 'open-sliced.parquet.summary.json'), 'utf8')).toContain(
      '"samples_read_twice"',
    );
  });
});
