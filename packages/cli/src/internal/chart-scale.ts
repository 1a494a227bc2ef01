/** Axes: which values deserve a label, and how they are written. */
import { formatTime } from '@windrow/core';

/** An axis label and where it stands. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Steps of an axis, from the widest to the finest. */
const STEPS = [10, 5, 2.5, 2, 1, 0.5, 0.25, 0.2, 0.1] as const;

/**
 * Round values inside `[min, max]`, about `count` of them and two at least, all written with the same decimals.
 * @param min finite, below `max`
 */
export function numberTicks(min: number, max: number, count: number): Tick[] {
  const raw = (max - min) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const first = STEPS.findLastIndex((step) => step * power >= raw * (1 - 1e-9));
  for (const factor of STEPS.slice(Math.max(0, first))) {
    const step = factor * power;
    const decimals = decimalsOf(step);
    const ticks = multiples(min, max, step, (value) => value.toFixed(decimals));
    if (ticks.length >= 2) return ticks;
  }
  // A range at the limits of float64, which has no round values.
  return [min, max].map((value) => ({ value, text: String(value) }));
}

function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 15; decimals++) {
    if (Math.abs(Number(step.toFixed(decimals)) - step) < step * 1e-6) return decimals;
  }
  return 15;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FRACTIONS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const SIXTIETHS = [1, 2, 5, 10, 15, 30];
const TIME_STEPS_MS = [
  FRACTIONS,
  SIXTIETHS.map((n) => n * SECOND_MS),
  SIXTIETHS.map((n) => n * MINUTE_MS),
  [1, 2, 3, 6, 12].map((n) => n * HOUR_MS),
  [1, 2, 5, 10, 20, 50, 100, 200, 365].map((n) => n * DAY_MS),
].flat();

/** Round times (UTC) inside `[minMs, maxMs]`, at most `countMax` of them; to the second, the minute or the day; midnight is the day. */
export function timeTicks(minMs: number, maxMs: number, countMax: number): Tick[] {
  const raw = (maxMs - minMs) / Math.max(1, countMax);
  const longest = TIME_STEPS_MS.at(-1)!;
  const stepMs = TIME_STEPS_MS.find((step) => step >= raw) ?? Math.ceil(raw / longest) * longest;
  return multiples(minMs, maxMs, stepMs, (value) => clock(value, stepMs));
}

function clock(timeMs: number, stepMs: number): string {
  const iso = formatTime(timeMs);
  const [day = '', time = ''] = iso.split('T');
  if (stepMs >= DAY_MS || timeMs % DAY_MS === 0) return day;
  if (stepMs >= MINUTE_MS) return time.slice(0, 5);
  return stepMs >= SECOND_MS ? time.slice(0, 8) : time.slice(6, 12);
}

/** The multiples of `step` inside `[min, max]`; none where they are too near to each other for float64. */
function multiples(
  min: number,
  max: number,
  step: number,
  text: (value: number) => string,
): Tick[] {
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last < first) return [];
  return Array.from({ length: last - first + 1 }, (_, i) => {
    // `+ 0` turns -0 into 0.
    const value = (first + i) * step + 0;
    return { value, text: text(value) };
  });
}
