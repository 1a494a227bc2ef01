/** A simulation by the clock: the samples of any other, each when its time has come, and once whenever reading stops. */
import { MetricDictionary, type Delivery } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { LiveSimSource, simSource, simulatedLines, type SimClock } from '../src/index.ts';
import { digestOf, readSamples, type Samples } from './read-samples.ts';

const START_MS = Date.UTC(2026, 0, 5, 6);
const ROUGH = 'gaps=0.1&jitter_ms=300&disorder_s=4&late=0.02&duplicates=0.02&invalid=0.01';

/** Goes on when somebody sleeps, by what he sleeps. */
class Clock implements SimClock {
  ms: number;
  sleeps = 0;

  constructor(ms: number) {
    this.ms = ms;
  }

  wallMs(): number {
    return this.ms;
  }

  sleep(ms: number): Promise<void> {
    this.ms += ms;
    this.sleeps++;
    return Promise.resolve();
  }
}

interface Read {
  readonly samples: Samples;
  readonly positions: string[];
  /** Wall clock at each delivery, and its latest timestamp. */
  readonly times: (readonly [number, number])[];
}

/** Reads until `isEnough`, or to the end. */
async function read(
  uri: string,
  clock: Clock,
  resumeAt: string | null = null,
  isEnough: (delivery: Delivery) => boolean = () => false,
): Promise<Read> {
  const source = new LiveSimSource(uri, clock);
  const dictionary = new MetricDictionary();
  const samples: Samples = { dictionary, slots: [], timestampsMs: [], values: [] };
  const positions: string[] = [];
  const times: (readonly [number, number])[] = [];
  const stop = new AbortController();
  const reject = (): void => {
    throw new Error('a simulation has no row that cannot be read');
  };
  const options = { dictionary, reject, resumeAt, signal: stop.signal };
  for await (const delivery of source.deliveries(options)) {
    const { batch, position } = delivery;
    samples.slots.push(...batch.slots.subarray(0, batch.length));
    const timestamps = batch.timestampsMs.subarray(0, batch.length);
    samples.timestampsMs.push(...timestamps);
    samples.values.push(...batch.values.subarray(0, batch.length));
    positions.push(position!);
    times.push([clock.ms, timestamps.reduce((a, b) => Math.max(a, b))]);
    if (isEnough(delivery)) stop.abort();
  }
  return { samples, positions, times };
}

function joined(a: Samples, b: Samples): Samples {
  const ids = (s: Samples): string[] => s.slots.map((slot) => s.dictionary.text(slot));
  const dictionary = new MetricDictionary();
  return {
    dictionary,
    slots: [...ids(a), ...ids(b)].map((id) => dictionary.intern(id)),
    timestampsMs: [...a.timestampsMs, ...b.timestampsMs],
    values: [...a.values, ...b.values],
  };
}

describe('a live simulation', () => {
  it('begins now, and gives each tick when it is due, and nothing before its time', async () => {
    const clock = new Clock(START_MS + 340);
    const { samples, times } = await read(
      'sim://extrusion?lines=2&sensors=3&rate=4&seconds=5&live=true',
      clock,
    );
    expect(samples.timestampsMs.length).toBe(2 * 3 * 4 * 5);
    expect(times.map(([wall, latest]) => wall - latest)).toEqual(times.map(() => 0));
    expect(times.map(([wall]) => wall)).toEqual(
      Array.from({ length: 20 }, (_, i) => START_MS + 500 + i * 250),
    );
  });

  it.each(['', `&${ROUGH}`])('has the samples of any other simulation%s', async (query) => {
    const what = `lines=3&seconds=90&seed=7&start=${new Date(START_MS).toISOString()}${query}`;
    const whole = digestOf(await readSamples(simSource(`sim://extrusion?${what}`)));
    const late = await read(`sim://extrusion?${what}&live=true`, new Clock(START_MS + 1e6));
    expect(digestOf(late.samples)).toBe(whole);
    const clock = new Clock(START_MS + 20_000);
    const live = await read(`sim://extrusion?${what}&live=true`, clock);
    expect(digestOf(live.samples)).toBe(whole);
    expect(live.times.every(([wall, latest]) => latest <= wall)).toBe(true);
  });

  it.each(['', `&${ROUGH}`])('goes on after a stop where it was, once%s', async (query) => {
    const uri = `sim://extrusion?lines=2&seconds=60&seed=3${query}&live=true`;
    const whole = digestOf((await read(uri, new Clock(START_MS))).samples);
    for (const deliveries of [1, 17, 40]) {
      let n = 0;
      const first = await read(uri, new Clock(START_MS), null, () => ++n === deliveries);
      expect(first.positions.length).toBe(deliveries);
      // Much later: what fell due meanwhile comes at once, and the end is where it would have been.
      const clock = new Clock(START_MS + 3_600_000);
      const second = await read(uri, clock, first.positions.at(-1));
      expect(digestOf(joined(first.samples, second.samples))).toBe(whole);
      expect(clock.sleeps).toBe(0);
    }
  });

  it('begins with its history, at once', async () => {
    const clock = new Clock(START_MS);
    const uri = 'sim://extrusion?lines=1&sensors=1&history_s=30&seconds=40&live=true';
    const { samples, times } = await read(uri, clock);
    expect(samples.timestampsMs).toEqual(
      Array.from({ length: 40 }, (_, i) => START_MS + (i - 30) * 1000),
    );
    expect(times.length).toBe(10);
    expect(times[0]).toEqual([START_MS, START_MS]);
  });

  it('ends when its time is over, and is endless where none is given', async () => {
    const clock = new Clock(START_MS);
    expect(new LiveSimSource('sim://extrusion?live=true&hours=1', clock).hasEnd).toBe(true);
    const endless = new LiveSimSource('sim://extrusion?live=true', clock);
    expect(endless.hasEnd).toBe(false);
    let seconds = 0;
    const { samples } = await read('sim://extrusion?lines=1&live=true', clock, null, () => {
      return ++seconds === 10_000;
    });
    expect(samples.timestampsMs.length).toBe(250_000);
    expect(endless.status().state).toBe('ready');
  });

  it('finds metrics that are asked for later', async () => {
    const [line] = simulatedLines({ lines: 1, sensors: 2 });
    const [first, second] = line!.metrics.map(({ metricId }) => metricId);
    const dictionary = MetricDictionary.of([first!]);
    const source = new LiveSimSource(
      'sim://extrusion?lines=1&sensors=2&seconds=4&live=true',
      new Clock(START_MS),
    );
    const seen: number[][] = [];
    const signal = new AbortController().signal;
    const options = { dictionary, reject: () => undefined, resumeAt: null, signal };
    for await (const { batch, sequence } of source.deliveries(options)) {
      seen.push([...batch.slots.subarray(0, batch.length)]);
      if (sequence === 2) dictionary.admit(second!);
      await source.acknowledge(sequence);
    }
    expect(seen).toEqual([
      [0, -1],
      [0, -1],
      [0, 1],
      [0, 1],
    ]);
    expect(source.status()).toEqual({
      uri: source.uri,
      state: 'ended',
      error: null,
      counters: { samples: 8, unacknowledged: 0 },
    });
  });

  it('refuses the position of another source', async () => {
    const reading = read('sim://extrusion?live=true', new Clock(START_MS), '[0,12,"a.csv"]');
    await expect(reading).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringMatching(/found the position .*expected one such as/) as string,
    });
  });
});
