import { execFileSync } from 'node:child_process';
import { MetricDictionary, UNKNOWN_SLOT, WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { parseSimUri, simSource, simSourceOf, simulatedLines } from '../src/index.ts';
import { digestOf, readSamples, seriesOf } from './read-samples.ts';

const START_MS = Date.UTC(2026, 0, 5);
const ROUGH =
  'gaps=0.05&gap_s=10&jitter_ms=300&disorder_s=5&late=0.02&late_s=60&duplicates=0.03&invalid=0.01';
/** Of the first 90 s of two lines of seed 7: changes only if the simulation does, and then on purpose. */
const DIGEST = 'e97b380f6a29e6549f4a1045fc423cbc532283ec6d30e0cba63aa87241f389c0';

describe('simSource, without faults', () => {
  it('gives the same bytes in every process', async () => {
    const uri = 'sim://extrusion?lines=2&seconds=90&seed=7';
    const digest = digestOf(await readSamples(simSource(uri)));
    expect(digest).toBe(DIGEST);
    const script = `
      import { simSource } from '@windrow/simulator';
      import { digestOf, readSamples } from './test/read-samples.ts';
      console.log(digestOf(await readSamples(simSource(${JSON.stringify(uri)}))));`;
    const output = execFileSync(
      process.execPath,
      ['--conditions=windrow-source', '--input-type=module', '--eval', script],
      { cwd: `${import.meta.dirname}/..`, encoding: 'utf8' },
    );
    expect(output.trim()).toBe(digest);
  });

  it('comes second by second, line by line, in the order of the sensors', async () => {
    const samples = await readSamples(simSource('sim://extrusion?lines=3&seconds=20&sensors=27'));
    expect(samples.slots.length).toBe(3 * 27 * 20);
    expect(samples.slots).toEqual(Array.from(samples.slots, (_, i) => i % 81));
    expect(samples.timestampsMs).toEqual(
      Array.from(samples.slots, (_, i) => START_MS + Math.floor(i / 81) * 1000),
    );
    const ids = simulatedLines({ lines: 3, sensors: 27 }).flatMap((l) => l.metrics);
    expect(ids.map((metric) => metric.metricId)).toEqual(
      Array.from({ length: 81 }, (_, slot) => samples.dictionary.text(slot)),
    );
  });

  it('is the same line however many there are, and whatever else it reports', async () => {
    const base = 'start=2026-01-05T05:59:00Z&seconds=120&seed=3';
    const few = await readSamples(simSource(`sim://extrusion?lines=2&${base}`));
    const many = await readSamples(simSource(`sim://extrusion?lines=7&sensors=40&${base}`));
    for (const line of simulatedLines({ lines: 2, sensors: 25 })) {
      for (const { metricId } of line.metrics) {
        expect(seriesOf(many, metricId)).toEqual(seriesOf(few, metricId));
      }
    }
  });

  it('is the same moment wherever the simulation starts', async () => {
    const whole = await readSamples(simSource('sim://extrusion?lines=1&hours=3'));
    const part = await readSamples(
      simSource('sim://extrusion?lines=1&start=2026-01-05T01:59:33.5Z&seconds=77'),
    );
    const from = whole.timestampsMs.indexOf(part.timestampsMs[0]!);
    expect(part.timestampsMs[0]).toBe(START_MS + 7_174_000);
    expect(part.values).toEqual(whole.values.slice(from, from + 77 * 25));
  });

  it('reports in the resolution of the sensors, with their noise', async () => {
    const samples = await readSamples(simSource('sim://extrusion?lines=1&seconds=600&seed=5'));
    const { metrics } = simulatedLines({ lines: 1, sensors: 25 })[0]!;
    const unrounded = metrics.filter(({ metricId, decimals }) => {
      const values = [...seriesOf(samples, metricId).values()];
      return values.some((value) => Number(value.toFixed(decimals)) !== value);
    });
    expect(unrounded).toEqual([]);
    const still = metrics.filter(
      ({ metricId }) => new Set(seriesOf(samples, metricId).values()).size < 4,
    );
    expect(still.map((metric) => metric.name)).toEqual(['barrel-setpoint']);
    // Noise of 0.3 degC: half the variance of the differences of neighbours, where the truth hardly moves.
    const melt = metrics.find((metric) => metric.name === 'melt-temperature')!;
    const values = [...seriesOf(samples, melt.metricId).values()];
    let squares = 0;
    for (let i = 1; i < values.length; i++) squares += (values[i]! - values[i - 1]!) ** 2;
    const noise = Math.sqrt(squares / (2 * (values.length - 1)));
    expect(noise).toBeGreaterThan(0.26);
    expect(noise).toBeLessThan(0.34);
  });

  it.each([
    ['rate=10&seconds=30', 100, 300],
    ['rate=0.2&seconds=3600', 5000, 720],
    ['rate=0.025&hours=2', 40_000, 180],
  ])('keeps the rate: %s', async (query, intervalMs, count) => {
    const samples = await readSamples(simSource(`sim://extrusion?lines=1&sensors=1&${query}`));
    expect(samples.timestampsMs).toEqual(
      Array.from({ length: count }, (_, i) => START_MS + i * intervalMs),
    );
  });

  it('agrees with itself at another rate, but for noise', async () => {
    const often = await readSamples(simSource('sim://extrusion?lines=1&sensors=1&hours=2'));
    const seldom = await readSamples(
      simSource('sim://extrusion?lines=1&sensors=1&hours=2&rate=0.02'),
    );
    for (const [i, timestampMs] of seldom.timestampsMs.entries()) {
      const same = often.values[(timestampMs - START_MS) / 1000]!;
      expect(Math.abs(same - seldom.values[i]!)).toBeLessThan(1);
    }
  });

  it('says exactly what is in each split', async () => {
    const source = simSource(
      'sim://extrusion?lines=2&start=2026-01-05T00:30:00Z&hours=2.25&seed=3',
    );
    const splits = await source.splits(null);
    expect(splits.map((split) => split.rowCount)).toEqual([90_000, 180_000, 135_000]);
    for (const split of splits) {
      const { timestampsMs } = await readSamples(source, [split]);
      expect(timestampsMs.length).toBe(split.rowCount);
      expect([timestampsMs[0], timestampsMs.at(-1)]).toEqual([split.minMs, split.maxMs]);
      expect(split.sequence).toBe(0);
    }
    expect(new Set(splits.map((split) => split.name)).size).toBe(3);
  });

  it('works before 1970', async () => {
    const uri = 'sim://extrusion?lines=1&sensors=2&start=1969-12-31T23:59:30Z&seconds=60';
    const samples = await readSamples(simSource(uri));
    expect(samples.timestampsMs[0]).toBe(-30_000);
    expect(samples.timestampsMs.length).toBe(120);
    expect(samples.values.every(Number.isFinite)).toBe(true);
  });
});

describe('simSource and its reader', () => {
  it('leaves out splits and rows outside a range', async () => {
    for (const query of ['', `&${ROUGH}`]) {
      const source = simSource(`sim://extrusion?lines=1&hours=4&seed=2${query}`);
      const range = { startMs: START_MS + 3_700_000, endMs: START_MS + 3_800_000 };
      const splits = await source.splits(range);
      expect(splits.length).toBe(1);
      const part = await readSamples(source, undefined, range);
      const whole = await readSamples(source);
      const inside = (t: number): boolean => t >= range.startMs && t < range.endMs;
      const expected = whole.timestampsMs.filter(inside);
      expect(part.timestampsMs.filter(inside)).toEqual(expected);
      expect(part.timestampsMs.length).toBeLessThan(expected.length * 1.02);
      expect(await source.splits({ startMs: START_MS + 2e7, endMs: Infinity })).toEqual([]);
    }
  });

  it('gives the slot of a closed dictionary, or none', async () => {
    const metrics = simulatedLines({ lines: 2, sensors: 4 }).flatMap((line) => line.metrics);
    const dictionary = MetricDictionary.of([metrics[5]!.metricId, metrics[2]!.metricId]);
    const source = simSource('sim://extrusion?lines=2&sensors=4&seconds=1');
    const [split] = await source.splits(null);
    const reading = { dictionary, range: null, reject: (): void => undefined };
    for await (const batch of source.read(split!, reading)) {
      expect([...batch.slots.subarray(0, batch.length)]).toEqual(
        [-1, -1, 1, -1, -1, 0, -1, -1].map((slot) => (slot < 0 ? UNKNOWN_SLOT : slot)),
      );
      expect(batch.dictionary).toBe(dictionary);
    }
  });

  it('can be left early and read again', async () => {
    const source = simSource('sim://extrusion?lines=100&seconds=100');
    const [split] = await source.splits(null);
    const dictionary = new MetricDictionary();
    const reading = { dictionary, range: null, reject: (): void => undefined };
    let first = Number.NaN;
    for await (const batch of source.read(split!, reading)) {
      expect(batch.length).toBe(65_000);
      first = batch.values[0]!;
      break;
    }
    const again = await readSamples(source);
    expect(again.values[0]).toBe(first);
    expect(again.values.length).toBe(250_000);
    await source.close();
  });

  it('knows its own splits only', async () => {
    const [foreign] = await simSource('sim://extrusion?start=2020-01-01').splits(null);
    const own = simSource('sim://extrusion');
    await expect(readSamples(own, [foreign!])).rejects.toThrow(WindrowError);
    expect(own.uri).toBe('sim://extrusion');
    expect(simSourceOf(parseSimUri('sim://extrusion?seed=1&lines=9')).uri).toBe(
      'sim://extrusion?lines=9',
    );
  });
});

describe('simSource, with faults', () => {
  const uri = `sim://extrusion?lines=2&start=2026-01-05T00:30:00Z&hours=2&seed=4&${ROUGH}`;

  it('has the shares that were asked for', async () => {
    const { slots, timestampsMs, values } = await readSamples(simSource(uri));
    const ticks = 2 * 25 * 7200;
    const distinct = new Map<string, number>();
    for (const [i, slot] of slots.entries()) {
      const key = `${slot} ${Math.floor(timestampsMs[i]! / 1000)}`;
      distinct.set(key, (distinct.get(key) ?? 0) + 1);
    }
    const twice = [...distinct.values()].filter((count) => count === 2).length;
    const invalid = values.filter(Number.isNaN).length;
    expect(new Set(distinct.values())).toEqual(new Set([1, 2]));
    expect(Math.abs(1 - distinct.size / ticks - 0.05)).toBeLessThan(0.003);
    expect(Math.abs(twice / distinct.size - 0.03)).toBeLessThan(0.002);
    expect(Math.abs(invalid / slots.length - 0.01)).toBeLessThan(0.001);
    const jitter = timestampsMs.map((t) => t % 1000);
    expect([Math.min(...jitter.slice(0, 50_000)), Math.max(...jitter.slice(0, 50_000))]).toEqual([
      0, 300,
    ]);
  });

  it('delays as asked: some seconds for all, some minutes for a few', async () => {
    // Ahead of a sample: the youngest tick that arrived before it. Arrivals are delayed by 0 to 5 s, and 2 % by 30 to 60 s
    // more; some sample without delay is always there.
    const { timestampsMs } = await readSamples(simSource(uri));
    let youngest = -Infinity;
    let [late, between, most] = [0, 0, 0];
    for (const t of timestampsMs) {
      const tick = Math.floor(t / 1000);
      const behind = youngest - tick;
      if (behind >= 30) late++;
      else if (behind > 5) between++;
      most = Math.max(most, behind);
      youngest = Math.max(youngest, tick);
    }
    expect(Math.abs(late / timestampsMs.length - 0.02)).toBeLessThan(0.002);
    expect(most).toBeGreaterThan(60);
    expect(most).toBeLessThanOrEqual(65);
    expect(between / timestampsMs.length).toBeLessThan(0.001);
  });

  it('changes nothing about the values that do arrive', async () => {
    const clean = await readSamples(simSource(uri.replace(`&${ROUGH}`, '')));
    const truth = new Map<string, number>();
    for (const [i, slot] of clean.slots.entries()) {
      truth.set(`${clean.dictionary.text(slot)} ${clean.timestampsMs[i]}`, clean.values[i]!);
    }
    const rough = await readSamples(simSource(uri));
    const wrong = rough.values.filter((value, i) => {
      const tick = Math.floor(rough.timestampsMs[i]! / 1000) * 1000;
      const key = `${rough.dictionary.text(rough.slots[i]!)} ${tick}`;
      return !Number.isNaN(value) && truth.get(key) !== value;
    });
    expect(wrong).toEqual([]);
  });

  it('gives the same samples split by split, alone or in turn, within their bounds', async () => {
    const source = simSource(uri);
    const splits = await source.splits(null);
    const whole = await readSamples(source);
    expect(splits.length).toBe(3);
    const parts = [];
    for (const split of splits.toReversed()) {
      const part = await readSamples(simSource(uri), [split]);
      expect(split.rowCount).toBeNull();
      expect(Math.min(...part.timestampsMs.slice(0, 1e5))).toBeGreaterThanOrEqual(split.minMs!);
      expect(Math.max(...part.timestampsMs.slice(-1e5))).toBeLessThanOrEqual(split.maxMs!);
      parts.unshift(part);
    }
    expect(parts.flatMap((part) => part.timestampsMs)).toEqual(whole.timestampsMs);
    expect(parts.flatMap((part) => part.values)).toEqual(whole.values);
  });

  it('takes longer splits for longer delays, and gives what comes after the end', async () => {
    const long = simSource('sim://extrusion?lines=1&sensors=2&hours=12&late=0.1&late_s=7200');
    const splits = await long.splits(null);
    expect(splits.length).toBe(2);
    const { timestampsMs } = await readSamples(long);
    expect(timestampsMs.length).toBe(2 * 12 * 3600);
    const sizeBytes = splits.reduce((sum, split) => sum + split.sizeBytes, 0);
    expect(sizeBytes).toBe(20 * timestampsMs.length);
    // Both splits may hold samples of the first one's time.
    expect(splits[1]!.minMs).toBe(splits[0]!.maxMs! + 1000 - 7_200_000);
  });
});
