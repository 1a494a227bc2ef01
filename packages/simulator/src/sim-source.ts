/**
 * A simulation as a source: no file, no network, the same samples each time.
 *
 * One sequence; its splits are slices of the time of arrival, an hour each (longer where samples are delayed by long).
 * Within a split samples come tick by tick, at each tick line by line, in the order of the sensors. A split can be read
 * alone and at any time: it costs at most two simulated hours of warm-up a line, some milliseconds for a hundred lines.
 */
import {
  SampleColumns,
  WindrowError,
  formatTime,
  found,
  type MetricDictionary,
  type ReadOptions,
  type SampleBatch,
  type Source,
  type SourceSplit,
  type TimeRange,
} from '@windrow/core';
import { ArrivalRing } from './internal/arrival-ring.ts';
import { Faults, isFaultless } from './internal/faults.ts';
import { SeriesSignal } from './internal/series-signal.ts';
import { delayTicksMax, endTick, intervalMs, startTick, type SimOptions } from './sim-options.ts';
import { formatSimUri, parseSimUri } from './sim-uri.ts';
import { simulatedLines } from './simulated-lines.ts';

const SLICE_MS = 3_600_000;
const BATCH_ROWS = 65_536;
/** A row as columns: slot, timestamp, value. */
const ROW_BYTES = 20;

/** Ticks, half-open. */
interface Ticks {
  readonly from: number;
  readonly to: number;
}

/**
 * The source of a URI such as `sim://extrusion?lines=4&hours=2&seed=7`.
 * @throws WindrowError USAGE where the URI asks for what there is not
 */
export function simSource(uri: string): Source {
  return new SimSource(parseSimUri(uri), uri);
}

/** The source of checked options. */
export function simSourceOf(options: SimOptions): Source {
  return new SimSource(options, formatSimUri(options));
}

class SimSource implements Source {
  readonly uri: string;
  readonly #options: SimOptions;
  readonly #intervalMs: number;
  /** Ticks of arrival by name of the split. */
  readonly #slices: ReadonlyMap<string, Ticks>;
  readonly #slotsOf: WeakMap<MetricDictionary, Int32Array> = new WeakMap();

  constructor(options: SimOptions, uri: string) {
    this.uri = uri;
    this.#options = options;
    this.#intervalMs = intervalMs(options);
    this.#slices = slicesOf(options);
  }

  async splits(range: TimeRange | null): Promise<readonly SourceSplit[]> {
    const all = [...this.#slices].map(([name, ticks]) => this.#split(name, ticks));
    if (range === null) return all;
    return all.filter((s) => s.maxMs! >= range.startMs && s.minMs! < range.endMs);
  }

  async *read(split: SourceSplit, options: ReadOptions): AsyncGenerator<SampleBatch> {
    const slice = this.#slices.get(split.name);
    if (slice === undefined) {
      const message = `${this.uri}: found the split ${found(split.name)}, expected one of its own`;
      throw new WindrowError('INPUT', message);
    }
    const { dictionary, range } = options;
    const ticks = this.#ticksIn(range);
    const slots = this.#slots(dictionary);
    if (isFaultless(this.#options)) yield* this.#readClean(within(slice, ticks), dictionary, slots);
    else yield* this.#readRough(slice, ticks, dictionary, slots);
  }

  async close(): Promise<void> {
    // Nothing is held.
  }

  #split(name: string, arrival: Ticks): SourceSplit {
    const ticks = this.#ticksArrivingIn(arrival);
    const series = this.#options.lines * this.#options.sensors;
    const own = within(arrival, this.#ticksIn(null));
    const rows = (own.to - own.from) * series;
    return {
      sequence: 0,
      name,
      // Nothing is read from the outside: as a measure of the work, the columns of what is measured in this time.
      sizeBytes: rows * ROW_BYTES,
      rowCount: isFaultless(this.#options) ? rows : null,
      minMs: ticks.from * this.#intervalMs,
      maxMs: (ticks.to - 1) * this.#intervalMs + this.#options.jitterMs,
    };
  }

  /** The ticks whose samples may arrive in a slice. */
  #ticksArrivingIn(arrival: Ticks): Ticks {
    const from = Math.max(arrival.from - delayTicksMax(this.#options), startTick(this.#options));
    return { from, to: Math.min(arrival.to, endTick(this.#options)) };
  }

  /** The ticks whose samples may lie in a range of time. */
  #ticksIn(range: TimeRange | null): Ticks {
    const whole = { from: startTick(this.#options), to: endTick(this.#options) };
    if (range === null) return whole;
    return within(whole, {
      from: Math.ceil((range.startMs - this.#options.jitterMs) / this.#intervalMs),
      to: Math.ceil(range.endMs / this.#intervalMs),
    });
  }

  *#readClean(
    ticks: Ticks,
    dictionary: MetricDictionary,
    slots: Int32Array,
  ): Generator<SampleBatch> {
    const signal = new SeriesSignal(this.#options);
    const ticksABatch = Math.max(1, Math.floor(BATCH_ROWS / signal.count));
    const batch = new SampleColumns(dictionary, ticksABatch * signal.count);
    for (let i = 0; i < ticksABatch; i++) batch.slots.set(slots, i * signal.count);
    for (let from = ticks.from; from < ticks.to; from += ticksABatch) {
      const to = Math.min(from + ticksABatch, ticks.to);
      let at = 0;
      for (let tick = from; tick < to; tick++, at += signal.count) {
        batch.timestampsMs.fill(tick * this.#intervalMs, at, at + signal.count);
        signal.valuesAt(tick, batch.values, at);
      }
      batch.length = at;
      yield batch;
    }
  }

  *#readRough(
    arrival: Ticks,
    asked: Ticks,
    dictionary: MetricDictionary,
    slots: Int32Array,
  ): Generator<SampleBatch> {
    const signal = new SeriesSignal(this.#options);
    const faults = new Faults(this.#options);
    const ring = new ArrivalRing(delayTicksMax(this.#options));
    const ticks = within(this.#ticksArrivingIn(arrival), asked);
    const values = new Float64Array(signal.count);
    const batch = new SampleColumns(dictionary, BATCH_ROWS);
    for (let tick = Math.min(ticks.from, arrival.from); tick < arrival.to; tick++) {
      if (tick >= ticks.from && tick < ticks.to) {
        signal.valuesAt(tick, values, 0);
        faults.send(tick, values, arrival.from, ring);
      }
      const here = ring.at(tick);
      for (let i = 0; i < here.length; i++) {
        if (batch.full) {
          yield batch;
          batch.length = 0;
        }
        batch.push(slots[here.series[i]!]!, here.timestampsMs[i]!, here.values[i]!);
      }
      here.length = 0;
    }
    if (batch.length > 0) yield batch;
  }

  /** Slot of each series in a dictionary. */
  #slots(dictionary: MetricDictionary): Int32Array {
    const known = this.#slotsOf.get(dictionary);
    if (known !== undefined) return known;
    const slots = new Int32Array(this.#options.lines * this.#options.sensors);
    let at = 0;
    for (const line of simulatedLines(this.#options)) {
      for (const metric of line.metrics) slots[at++] = dictionary.intern(metric.metricId);
    }
    this.#slotsOf.set(dictionary, slots);
    return slots;
  }
}

/** What two stretches of ticks have in common; empty where nothing. */
function within(a: Ticks, b: Ticks): Ticks {
  const from = Math.max(a.from, b.from);
  return { from, to: Math.max(from, Math.min(a.to, b.to)) };
}

/** The slices of the time of arrival, aligned to the epoch. */
function slicesOf(options: SimOptions): Map<string, Ticks> {
  const interval = intervalMs(options);
  const delay = delayTicksMax(options);
  // What arrives in a slice was measured up to `delay` before it, and that is generated for each slice again.
  const sliceMs = SLICE_MS * Math.max(1, Math.ceil((4 * delay * interval) / SLICE_MS));
  const end = endTick(options) + delay;
  const slices = new Map<string, Ticks>();
  let from = startTick(options);
  while (from < end) {
    const next = (Math.floor((from * interval) / sliceMs) + 1) * sliceMs;
    const to = Math.min(Math.ceil(next / interval), end);
    slices.set(`samples arriving from ${formatTime(from * interval)}`, { from, to });
    from = to;
  }
  return slices;
}
