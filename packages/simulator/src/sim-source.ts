/**
 * A simulation as a source: no file, no network, the same samples each time.
 *
 * One sequence; its splits are slices of the time of arrival, an hour each (longer where samples are delayed by long).
 * Within a split samples come tick by tick, at each tick line by line, in the order of the sensors. A split can be read
 * alone and at any time: it costs at most two simulated hours of warm-up a line, some milliseconds for a hundred lines.
 */
import {
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
import { isFaultless } from './internal/faults.ts';
import { sampleTicks, within, type Ticks } from './internal/sample-ticks.ts';
import { SeriesSlots } from './internal/series-slots.ts';
import { delayTicksMax, endTick, intervalMs, startTick, type SimOptions } from './sim-options.ts';
import { formatSimUri, parseSimUri } from './sim-uri.ts';

const SLICE_MS = 3_600_000;
/** A row as columns: slot, timestamp, value. */
const ROW_BYTES = 20;

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
  readonly trims = true;
  readonly #options: SimOptions;
  readonly #intervalMs: number;
  /** Ticks of arrival by name of the split. */
  readonly #slices: ReadonlyMap<string, Ticks>;
  readonly #slotsOf: WeakMap<MetricDictionary, SeriesSlots> = new WeakMap();

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
    const sent = this.#ticksIn(range);
    yield* sampleTicks(this.#options, this.#slots(dictionary), sent, slice.from).read(slice);
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

  #slots(dictionary: MetricDictionary): SeriesSlots {
    let slots = this.#slotsOf.get(dictionary);
    if (slots === undefined) {
      slots = new SeriesSlots(this.#options, dictionary);
      this.#slotsOf.set(dictionary, slots);
    }
    return slots;
  }
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
