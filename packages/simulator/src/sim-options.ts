/** What can be asked of a simulation, its defaults and its limits. */
import { WindrowError, TIMESTAMP_MS_MAX, formatTime } from '@windrow/core';

/** Every setting of a simulation; `simOptions` fills in defaults and checks. */
export interface SimOptions {
  /** Lines, 1 to 100 000. A line is the same however many there are. Default 4. */
  readonly lines: number;
  /** Sensors of each line, 1 to 1000; beyond 25 they are zones of the die. Default 25. */
  readonly sensors: number;
  /** First moment, ms since the epoch, inclusive. Default 2026-01-05T00:00:00Z, a Monday. */
  readonly startMs: number;
  /** Length in ms. Default 2 hours. */
  readonly durationMs: number;
  /** Samples a second of each sensor, such that their distance is whole milliseconds up to a minute. Default 1. */
  readonly rateHz: number;
  /** An integer from 0 to 2^32 - 1. Default 1. */
  readonly seed: number;
  /** Share of the time in which a sensor is silent, 0 to 0.5. Default 0. */
  readonly gaps: number;
  /** Mean length of a silence, s; they last from 0.2 to 1.8 times that. At most an hour. Default 30. */
  readonly gapS: number;
  /** A sample's timestamp is up to this many ms after its tick, less than the distance of two ticks. Default 0. */
  readonly jitterMs: number;
  /** A sample arrives up to this many seconds later than younger ones; at most an hour. Default 0. */
  readonly disorderS: number;
  /** Share of the samples that are late, 0 to 1. Default 0. */
  readonly late: number;
  /** Late samples arrive up to this many seconds later, at least half of it; at most a day. Default 120. */
  readonly lateS: number;
  /** Share of the samples that arrive twice, 0 to 1. Default 0. */
  readonly duplicates: number;
  /** Share of the samples whose value is NaN, 0 to 1. Default 0. */
  readonly invalid: number;
}

const DEFAULTS: SimOptions = {
  lines: 4,
  sensors: 25,
  startMs: Date.UTC(2026, 0, 5),
  durationMs: 2 * 3_600_000,
  rateHz: 1,
  seed: 1,
  gaps: 0,
  gapS: 30,
  jitterMs: 0,
  disorderS: 0,
  late: 0,
  lateS: 120,
  duplicates: 0,
  invalid: 0,
};

const SERIES_MAX = 1_000_000;
const INTERVAL_MS_MAX = 60_000;
/** Ten years. */
export const DURATION_MS_MAX: number = 10 * 366 * 86_400_000;

interface Limit {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}
const share: Limit = { min: 0, max: 1, integer: false };
const LIMITS: Readonly<Record<keyof SimOptions, Limit>> = {
  lines: { min: 1, max: 100_000, integer: true },
  sensors: { min: 1, max: 1000, integer: true },
  startMs: { min: -TIMESTAMP_MS_MAX / 2, max: TIMESTAMP_MS_MAX / 2, integer: true },
  durationMs: { min: 1, max: DURATION_MS_MAX, integer: true },
  rateHz: { min: 1000 / INTERVAL_MS_MAX, max: 1000, integer: false },
  seed: { min: 0, max: 2 ** 32 - 1, integer: true },
  gaps: { min: 0, max: 0.5, integer: false },
  gapS: { min: 1, max: 3600, integer: false },
  jitterMs: { min: 0, max: INTERVAL_MS_MAX, integer: true },
  disorderS: { min: 0, max: 3600, integer: false },
  late: share,
  lateS: { min: 0, max: 86_400, integer: false },
  duplicates: share,
  invalid: share,
};

/** ms between two samples of a sensor. */
export function intervalMs(options: SimOptions): number {
  return Math.round(1000 / options.rateHz);
}

/** Exclusive end, ms since the epoch. */
export function endMs(options: SimOptions): number {
  return options.startMs + options.durationMs;
}

/**
 * Fills in defaults and checks every setting.
 * @throws WindrowError USAGE, naming the setting
 */
export function simOptions(asked: Partial<SimOptions>): SimOptions {
  const options: SimOptions = { ...DEFAULTS, ...asked };
  for (const name of Object.keys(LIMITS) as (keyof SimOptions)[]) check(name, options[name]);
  checkTogether(options);
  return options;
}

function check(name: keyof SimOptions, value: number): void {
  const { min, max, integer } = LIMITS[name];
  if (value >= min && value <= max && (!integer || Number.isInteger(value))) return;
  fail(name, String(value), `${integer ? 'an integer' : 'a number'} from ${min} to ${max}`);
}

function checkTogether(options: SimOptions): void {
  const interval = intervalMs(options);
  const { lines, sensors, rateHz, jitterMs, disorderS, late, lateS } = options;
  if (Math.abs(interval * rateHz - 1000) > 1e-6) {
    fail('rateHz', String(rateHz), 'a rate whose period is a whole number of milliseconds');
  }
  if (lines * sensors > SERIES_MAX) {
    fail('lines', `${lines} lines of ${sensors} sensors`, `at most ${SERIES_MAX} sensors in all`);
  }
  if (jitterMs >= interval)
    fail('jitterMs', String(jitterMs), `less than a period, ${interval} ms`);
  const rule = `0, or at least a period, ${interval / 1000} s`;
  if (disorderS > 0 && disorderS * 1000 < interval) fail('disorderS', String(disorderS), rule);
  if (late > 0 && lateS * 1000 < interval) {
    fail('lateS', String(lateS), `at least a period, ${interval / 1000} s`);
  }
  if (endTick(options) === startTick(options)) {
    const range = `${formatTime(options.startMs)} and ${options.durationMs} ms`;
    fail('durationMs', range, `a range with at least one multiple of the period, ${interval} ms`);
  }
}

/** Ticks are the multiples of the period; this is the first one in the range. */
export function startTick(options: SimOptions): number {
  return Math.ceil(options.startMs / intervalMs(options));
}

/** The first tick behind the range. */
export function endTick(options: SimOptions): number {
  return Math.ceil(endMs(options) / intervalMs(options));
}

/** The latest arrival after the own tick, in ticks. */
export function delayTicksMax(options: SimOptions): number {
  return disorderTicks(options) + (options.late > 0 ? lateTicks(options) : 0);
}

/** Disorder in whole ticks. */
export function disorderTicks(options: SimOptions): number {
  return Math.floor((options.disorderS * 1000) / intervalMs(options));
}

/** The longest delay of a late sample in whole ticks. */
export function lateTicks(options: SimOptions): number {
  return Math.floor((options.lateS * 1000) / intervalMs(options));
}

function fail(name: string, value: string, expected: string): never {
  throw new WindrowError('USAGE', `simulator: ${name}: found ${value}, expected ${expected}`);
}
