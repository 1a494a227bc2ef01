/**
 * Samples tick by tick of their arrival; at each tick line by line, in the order of the sensors. Reading goes forward: what was read last
 * is remembered, so that going on costs no warm-up.
 */
import { SampleColumns, type SampleBatch } from '@windrow/core';
import { delayTicksMax, intervalMs, type SimOptions } from '../sim-options.ts';
import { ArrivalRing, type Arrivals } from './arrival-ring.ts';
import { Faults, isFaultless } from './faults.ts';
import { SeriesSignal } from './series-signal.ts';
import type { SeriesSlots } from './series-slots.ts';

const BATCH_ROWS = 65_536;

/** Ticks, half-open. */
export interface Ticks {
  readonly from: number;
  readonly to: number;
}

/** What two stretches of ticks have in common; empty where nothing. */
export function within(a: Ticks, b: Ticks): Ticks {
  const from = Math.max(a.from, b.from);
  return { from, to: Math.max(from, Math.min(a.to, b.to)) };
}

export interface SampleTicks {
  /** The first tick of which the last batch of `read` has nothing. */
  readonly next: number;
  /** What arrives at these ticks, whole ticks a batch, which is valid until the next; none is empty. Ticks ascend from call to call. */
  read(ticks: Ticks): Generator<SampleBatch>;
}

/**
 * Reads a simulation.
 * @param sent ticks whose samples are asked for
 * @param firstTick reading begins here: what arrives before is left out
 */
export function sampleTicks(
  options: SimOptions,
  slots: SeriesSlots,
  sent: Ticks,
  firstTick: number,
): SampleTicks {
  return isFaultless(options)
    ? new CleanTicks(options, slots, sent)
    : new RoughTicks(options, slots, sent, firstTick);
}

/** Every sample arrives once, at its tick. */
class CleanTicks implements SampleTicks {
  next = Number.NEGATIVE_INFINITY;
  readonly #intervalMs: number;
  readonly #sent: Ticks;
  readonly #signal: SeriesSignal;
  readonly #slots: SeriesSlots;
  readonly #batch: SampleColumns;
  readonly #ticksABatch: number;

  constructor(options: SimOptions, slots: SeriesSlots, sent: Ticks) {
    this.#intervalMs = intervalMs(options);
    this.#sent = sent;
    this.#signal = new SeriesSignal(options);
    this.#slots = slots;
    const { count } = this.#signal;
    this.#ticksABatch = Math.max(1, Math.floor(BATCH_ROWS / count));
    this.#batch = new SampleColumns(slots.dictionary, this.#ticksABatch * count);
  }

  *read(asked: Ticks): Generator<SampleBatch> {
    const ticks = within(asked, this.#sent);
    const signal = this.#signal;
    const batch = this.#batch;
    for (let from = ticks.from; from < ticks.to; from = this.next) {
      const slots = this.#slots.now;
      this.next = Math.min(from + this.#ticksABatch, ticks.to);
      let at = 0;
      for (let tick = from; tick < this.next; tick++, at += signal.count) {
        batch.slots.set(slots, at);
        batch.timestampsMs.fill(tick * this.#intervalMs, at, at + signal.count);
        signal.valuesAt(tick, batch.values, at);
      }
      batch.length = at;
      yield batch;
    }
  }
}

/** Samples are away for a while, or for ever, or come twice. */
class RoughTicks implements SampleTicks {
  next = Number.NEGATIVE_INFINITY;
  readonly #sent: Ticks;
  readonly #firstTick: number;
  readonly #signal: SeriesSignal;
  readonly #slots: SeriesSlots;
  readonly #faults: Faults;
  readonly #ring: ArrivalRing;
  readonly #values: Float64Array;
  #batch: SampleColumns;
  /** The next tick whose samples are to be sent on their way. */
  #sending: number;

  constructor(options: SimOptions, slots: SeriesSlots, sent: Ticks, firstTick: number) {
    const delay = delayTicksMax(options);
    this.#sent = sent;
    this.#firstTick = firstTick;
    this.#signal = new SeriesSignal(options);
    this.#slots = slots;
    this.#faults = new Faults(options);
    this.#ring = new ArrivalRing(delay);
    this.#values = new Float64Array(this.#signal.count);
    this.#batch = new SampleColumns(slots.dictionary, BATCH_ROWS);
    this.#sending = Math.max(sent.from, firstTick - delay);
  }

  *read({ from, to }: Ticks): Generator<SampleBatch> {
    for (let tick = from; tick < to; tick++) {
      this.#send(tick);
      const here = this.#ring.at(tick);
      if (this.#batch.length + here.length > this.#batch.capacity) {
        this.next = tick;
        if (this.#batch.length > 0) yield this.#batch;
        this.#empty(here.length);
      }
      this.#put(here);
    }
    this.next = to;
    if (this.#batch.length > 0) yield this.#batch;
    this.#empty(0);
  }

  /** Sends everything on its way up to and including a tick. */
  #send(tick: number): void {
    const last = Math.min(tick, this.#sent.to - 1);
    for (; this.#sending <= last; this.#sending++) {
      this.#signal.valuesAt(this.#sending, this.#values, 0);
      this.#faults.send(this.#sending, this.#values, this.#firstTick, this.#ring);
    }
  }

  #put(here: Arrivals): void {
    const slots = this.#slots.now;
    const batch = this.#batch;
    for (let i = 0; i < here.length; i++) {
      batch.push(slots[here.series[i]!]!, here.timestampsMs[i]!, here.values[i]!);
    }
    here.length = 0;
  }

  /** Room for at least so many rows. */
  #empty(rows: number): void {
    if (rows > this.#batch.capacity) {
      this.#batch = new SampleColumns(this.#slots.dictionary, 2 * rows);
    }
    this.#batch.length = 0;
  }
}
