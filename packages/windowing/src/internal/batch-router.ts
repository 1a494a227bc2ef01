/**
 * At the door: the rows of a batch, split by line. What goes to no line is counted here, in this order: invalid, unrouted, out
 * of range, from the future; what is for later is handed back.
 *
 * Two passes over the batch: one finds where each row goes and how many go to each line, the other moves them there, so that
 * a line's rows stand together and in their order. Nothing is allocated once the columns have grown to the size of a batch.
 */
import { WindrowError, formatTime, type SampleBatch, type SampleCounter } from '@windrow/core';
import type { SampleLine } from '../sample-line.ts';
import type { LineSamples } from '../line-samples.ts';
import type { EngineHooks } from '../sample-stage.ts';
import type { RoutingTable } from './routing-table.ts';

const NO_ROUTE = -1;

/** What may pass. */
export interface DoorLimits {
  /** Where no sample may come before the watermark, the watermark; else -Infinity. */
  readonly promisedMs: number;
  /** Samples from here on are for later. */
  readonly horizonMs: number;
  /** Samples after this are quarantined. */
  readonly futureMs: number;
}

export class BatchRouter {
  /** Rows of line `l` are `[start[l], start[l + 1])` of `columns`. */
  readonly start: Int32Array;
  columns: LineSamples = makeColumns(0);
  readonly #lineCount: number;
  readonly #routes: RoutingTable;
  readonly #counter: SampleCounter;
  readonly #hooks: EngineHooks;
  /** First route of each row of the batch. */
  #route: Int32Array = new Int32Array(0);
  /** Where samples may go to several lines: which row of the batch a row of `columns` was. */
  #row: Int32Array = new Int32Array(0);

  constructor(
    lines: readonly Pick<SampleLine<never>, 'plan' | 'seriesSlots' | 'windows'>[],
    routes: RoutingTable,
    counter: SampleCounter,
    hooks: EngineHooks,
  ) {
    this.#lineCount = lines.length;
    this.start = new Int32Array(lines.length + 1);
    this.#routes = routes;
    this.#counter = counter;
    this.#hooks = hooks;
  }

  /** No rows for any line. */
  clear(): void {
    this.start.fill(0);
  }

  route(batch: SampleBatch, limits: DoorLimits): void {
    this.#findRoutes(batch, limits);
    this.#scatter(batch);
  }

  #findRoutes(batch: SampleBatch, limits: DoorLimits): void {
    const { slots, timestampsMs, values, length } = batch;
    const { first, line, next, fromMs, untilMs, shared } = this.#routes;
    if (length > this.#route.length) this.#route = new Int32Array(length);
    const routes = this.#route;
    const endMs = Math.min(untilMs, limits.horizonMs);
    const start = this.start.fill(0);
    let invalid = 0;
    let unrouted = 0;
    for (let i = 0; i < length; i++) {
      routes[i] = NO_ROUTE;
      const value = values[i]!;
      if (value - value !== 0) {
        invalid++;
        continue;
      }
      const slot = slots[i]!;
      const route = slot < 0 ? NO_ROUTE : first[slot]!;
      if (route < 0) {
        unrouted++;
        continue;
      }
      const timestampMs = timestampsMs[i]!;
      const inTime =
        timestampMs >= fromMs[slot]! &&
        timestampMs >= limits.promisedMs &&
        timestampMs < endMs &&
        timestampMs <= limits.futureMs;
      if (!inTime) {
        this.#setAside(slot, timestampMs, value, limits);
        continue;
      }
      routes[i] = route;
      const at = line[route]! + 1;
      start[at] = start[at]! + 1;
      if (shared) this.#countOthers(next[route]!);
    }
    for (let l = 0; l < this.#lineCount; l++) start[l + 1] = start[l + 1]! + start[l]!;
    this.#counter.add('invalid', invalid);
    this.#counter.add('unrouted', unrouted);
  }

  #countOthers(first: number): void {
    const { line, next } = this.#routes;
    for (let route = first; route >= 0; route = next[route]!) {
      const at = line[route]! + 1;
      this.start[at] = this.start[at]! + 1;
    }
  }

  #setAside(slot: number, timestampMs: number, value: number, limits: DoorLimits): void {
    const { fromMs, untilMs } = this.#routes;
    if (timestampMs < fromMs[slot]! || timestampMs >= untilMs) {
      this.#counter.add('out_of_range');
    } else if (timestampMs > limits.futureMs) {
      this.#counter.add('quarantined');
      this.#hooks.future?.(slot, timestampMs, value);
    } else if (timestampMs >= limits.horizonMs) {
      this.#hooks.later?.(slot, timestampMs, value);
    } else {
      // A source that promised more than it keeps (statistics of a file that lie) must not lead to wrong numbers.
      throw new WindrowError(
        'INPUT',
        `found a sample at ${formatTime(timestampMs)} in a part of the source whose statistics say that nothing is before ${formatTime(limits.promisedMs)}; write the file again, or convert it to a format without statistics`,
      );
    }
  }

  #scatter(batch: SampleBatch): void {
    const { timestampsMs, values, length } = batch;
    const { line, next, series, shared } = this.#routes;
    const start = this.start;
    const rows = start[this.#lineCount]!;
    if (rows > this.columns.series.length) {
      this.columns = makeColumns(Math.ceil(rows * 1.25));
      if (shared) this.#row = new Int32Array(this.columns.series.length);
    }
    const routes = this.#route;
    const rowOf = this.#row;
    const taken = this.columns;
    for (let i = 0; i < length; i++) {
      for (let route = routes[i]!; route >= 0; route = shared ? next[route]! : NO_ROUTE) {
        const l = line[route]!;
        // `start` serves as the cursor of each line here; afterwards it has moved on by one line.
        const at = start[l]!;
        start[l] = at + 1;
        taken.series[at] = series[route]!;
        taken.timestampsMs[at] = timestampsMs[i]!;
        taken.values[at] = values[i]!;
        if (shared) rowOf[at] = i;
      }
    }
    start.copyWithin(1, 0, this.#lineCount);
    start[0] = 0;
  }

  /**
   * After the lines gave their verdicts: leaves the best one with one row of each sample that went to several lines, and
   * `none` with its other rows.
   */
  mergeVerdicts(none: number): void {
    if (!this.#routes.shared) return;
    const { verdicts } = this.columns;
    const keeper = new Map<number, number>();
    for (let i = 0; i < this.start[this.#lineCount]!; i++) {
      const sample = this.#row[i]!;
      const kept = keeper.get(sample);
      if (kept === undefined) {
        keeper.set(sample, i);
        continue;
      }
      verdicts[kept] = Math.min(verdicts[kept]!, verdicts[i]!);
      verdicts[i] = none;
    }
  }

  /** Bytes allocated for the batch in hand. */
  get sizeBytes(): number {
    return this.columns.series.length * 21 + this.#row.byteLength + this.#route.byteLength;
  }
}

function makeColumns(capacity: number): LineSamples {
  return {
    series: new Int32Array(capacity),
    timestampsMs: new Float64Array(capacity),
    values: new Float64Array(capacity),
    verdicts: new Uint8Array(capacity),
  };
}
