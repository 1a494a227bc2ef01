/**
 * Late lab results: now and then a piece of pipe goes to the laboratory, and its burst pressure is known much later.
 *
 * The true burst pressure follows from the physics of the five minutes before (`LinePhysics.burstPressureBar`), not from
 * any one sensor; the laboratory adds its own error.
 */
import { WindrowError } from '@windrow/core';
import { derive, signed, unit } from './internal/hash.ts';
import { lineKey } from './internal/line-key.ts';
import { KNOT_S, LinePhysics } from './internal/line-physics.ts';
import { STREAM } from './internal/stream.ts';
import { endMs, type SimOptions } from './sim-options.ts';
import { simulatedLines, type SimulatedLine } from './simulated-lines.ts';

/** What the laboratory measures. */
export const LAB_TARGET = { name: 'burst-pressure', unit: 'bar', decimals: 1 } as const;

/** The least and the greatest time from a product to its result: 40 minutes and two days. */
export const LAB_DELAY_MS_MIN: number = 40 * 60_000;
export const LAB_DELAY_MS_MAX: number = 2 * 86_400_000;

/** Standard deviation of the laboratory's error, bar. */
export const LAB_NOISE_BAR = 0.35;

const EVERY_S_DEFAULT = 1200;
const RESULTS_MAX = 50_000_000;

/** Results as columns, line by line in ascending time. */
export interface LabResults {
  readonly length: number;
  readonly lines: readonly SimulatedLine[];
  /** Index into `lines`. */
  readonly lineIndex: Int32Array;
  /** When the product was made, ms since the epoch: whole seconds. */
  readonly timestampsMs: Float64Array;
  /** When the result was known, ms since the epoch. */
  readonly knownMs: Float64Array;
  /** Burst pressure in bar, in steps of 0.1. */
  readonly values: Float64Array;
}

/** How often the laboratory gets a piece. */
export interface LabOptions {
  /** One piece of each line in every stretch of so many seconds, at a random moment of it; whole, 60 or more. Default 1200. */
  readonly everyS?: number;
}

/**
 * The results for products made in `[start, end)` of a simulation. A product's result is the same however many lines
 * there are and whatever the range.
 * @throws WindrowError USAGE
 */
export function labResults(options: SimOptions, lab: LabOptions = {}): LabResults {
  const everyS = lab.everyS ?? EVERY_S_DEFAULT;
  if (!Number.isInteger(everyS) || everyS < 60) {
    const message = `simulator: laboratory: found a piece every ${everyS} s, expected whole seconds, at least 60`;
    throw new WindrowError('USAGE', message);
  }
  const capacity = options.lines * (Math.ceil(options.durationMs / 1000 / everyS) + 1);
  if (capacity > RESULTS_MAX) {
    const message = `simulator: laboratory: found ${capacity} results asked for, expected at most ${RESULTS_MAX}: take fewer pieces`;
    throw new WindrowError('USAGE', message);
  }
  const results = new ResultColumns(simulatedLines(options), capacity);
  for (let line = 0; line < options.lines; line++) measureLine(options, line, everyS, results);
  return results;
}

class ResultColumns implements LabResults {
  length = 0;
  readonly lines: readonly SimulatedLine[];
  readonly lineIndex: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly knownMs: Float64Array;
  readonly values: Float64Array;

  constructor(lines: readonly SimulatedLine[], capacity: number) {
    this.lines = lines;
    this.lineIndex = new Int32Array(capacity);
    this.timestampsMs = new Float64Array(capacity);
    this.knownMs = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }
}

function measureLine(
  options: SimOptions,
  line: number,
  everyS: number,
  results: ResultColumns,
): void {
  const key = lineKey(options.seed, line);
  const labKey = derive(key, STREAM.lab);
  const physics = new LinePhysics(key, 0);
  let running = false;
  const last = Math.floor(endMs(options) / 1000 / everyS);
  for (let cell = Math.floor(options.startMs / 1000 / everyS); cell <= last; cell++) {
    const piece = derive(labKey, cell);
    const timeS = cell * everyS + Math.floor(unit(derive(piece, 0)) * everyS);
    if (timeS * 1000 < options.startMs || timeS * 1000 >= endMs(options)) continue;
    if (!running || timeS - physics.timeS > 7200) physics.seek(timeS);
    else while (physics.timeS + KNOT_S <= timeS) physics.advance();
    running = true;
    const i = results.length++;
    results.lineIndex[i] = line;
    results.timestampsMs[i] = timeS * 1000;
    results.knownMs[i] = timeS * 1000 + delayMs(piece);
    results.values[i] = Math.round(10 * (physics.burstPressureBar() + labError(piece))) / 10;
  }
}

/** Most results are known within hours, some after a weekend: cubic between least and greatest. */
function delayMs(piece: number): number {
  const u = unit(derive(piece, 1));
  return LAB_DELAY_MS_MIN + Math.floor(u * u * u * (LAB_DELAY_MS_MAX - LAB_DELAY_MS_MIN));
}

/** Nearly normal: the sum of twelve uniform numbers. */
function labError(piece: number): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += signed(derive(piece, 2 + i));
  return (LAB_NOISE_BAR * sum) / 2;
}
