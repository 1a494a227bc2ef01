/**
 * The predictions of a process, as they come out of its pipe: how long after the watermark could reach the end of their window, and whether
 * each is there, once.
 */
import { Histogram } from '../scoring/histogram.ts';

export interface PublishedOptions {
  /** Predictions of each window end. */
  readonly definitions: number;
  /** From one window end to the next. */
  readonly stepMs: number;
  /** When the sample was simulated that took the watermark to a window's end, ms. */
  readonly dueMs: (windowEndMs: number) => number;
}

interface Row {
  readonly metric_id: string;
  readonly window_end_ms: number;
  readonly value: number;
}

export class Published {
  readonly all: Histogram = new Histogram();
  recent: Histogram = new Histogram();
  /** Predictions that count. */
  count = 0;
  /** Windows that were due before this are not counted, such as those of a history that is worked off at the start. */
  countsFromMs: number = Number.POSITIVE_INFINITY;
  readonly #options: PublishedOptions;
  /** By window end: who is there. */
  readonly #seen: Map<number, Set<string>> = new Map();
  #tail = '';

  constructor(options: PublishedOptions) {
    this.#options = options;
  }

  /** Takes what came out of the pipe. */
  take(text: string, nowMs: number): void {
    const lines = (this.#tail + text).split('\n');
    this.#tail = lines.pop()!;
    for (const line of lines) this.#row(JSON.parse(line) as Row, nowMs);
  }

  /** Once the process has ended. @throws Error where a window end, from the first to the last, lacks a prediction */
  checkWhole(): void {
    const { definitions, stepMs } = this.#options;
    const ends = [...this.#seen.keys()];
    const lastMs = Math.max(...ends);
    for (let end = Math.min(...ends); end <= lastMs; end += stepMs) {
      const size = this.#seen.get(end)?.size ?? 0;
      if (size === definitions) continue;
      throw new Error(`${size} of ${definitions} predictions for ${new Date(end).toISOString()}`);
    }
  }

  #row({ metric_id: metricId, window_end_ms: endMs, value }: Row, nowMs: number): void {
    let seen = this.#seen.get(endMs);
    if (seen === undefined) this.#seen.set(endMs, (seen = new Set()));
    if (seen.has(metricId)) throw new Error(`${metricId} came twice for ${endMs}`);
    if (!Number.isFinite(value)) throw new Error(`${metricId} is ${value} for ${endMs}`);
    seen.add(metricId);
    const dueMs = this.#options.dueMs(endMs);
    if (dueMs < this.countsFromMs) return;
    this.count++;
    this.all.add(nowMs - dueMs);
    this.recent.add(nowMs - dueMs);
  }
}
