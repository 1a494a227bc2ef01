/** A line with a few inputs, and a source of rows in memory, for tests. */
import {
  SampleColumns,
  type Definition,
  type ReadOptions,
  type SampleBatch,
  type Source,
  type SourceSplit,
} from '@windrow/core';
import { SpillFolder } from '@windrow/io';
import type { PassOptions } from '../src/collect/collect-windows.ts';

export const LINE = '00000000-0000-4000-8000-0000000000aa';
export const OTHER_LINE = '00000000-0000-4000-8000-0000000000bb';

/** The UUID of metric `n`. */
export function metric(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** Windows of 3 cells of one second each second, of metrics 0 and 1; a missing cell stays missing. */
export function definition(changes: Partial<Definition> = {}): Definition {
  return {
    inputMetricIds: [metric(0), metric(1)],
    windowMs: 3000,
    stepMs: 1000,
    resolutionMs: 1000,
    lineId: LINE,
    modelIdentifier: 'model',
    modelVersion: null,
    outputMetricId: metric(1000),
    outputDeviceId: metric(1001),
    outputMachineId: metric(1002),
    outputMetricName: 'prediction',
    aggregate: 'last',
    fill: { method: 'none' },
    allowMissing: false,
    minCoverage: 0,
    allowedLatenessMs: 0,
    layout: 'channel_major',
    inputName: null,
    outputName: null,
    ...changes,
  };
}

/** Metric, timestamp in ms, value, and when it arrived. */
export type Row = readonly [metric: number, timestampMs: number, value: number, arrivalMs?: number];

export class RowSource implements Source {
  readonly uri: string = 'rows:';
  readonly #rows: readonly Row[];
  readonly #batchRows: number;
  /** Thrown after so many rows. */
  readonly #breaksAfter: number;

  constructor(
    rows: readonly Row[],
    options: { readonly batchRows?: number; readonly breaksAfter?: number } = {},
  ) {
    this.#rows = rows;
    this.#batchRows = options.batchRows ?? 7;
    this.#breaksAfter = options.breaksAfter ?? Number.POSITIVE_INFINITY;
  }

  splits(): Promise<SourceSplit[]> {
    const rowCount = this.#rows.length;
    const split = { sequence: 0, name: this.uri, sizeBytes: 0, minMs: null, maxMs: null };
    return Promise.resolve([{ ...split, rowCount }]);
  }

  async *read(_split: SourceSplit, options: ReadOptions): AsyncGenerator<SampleBatch> {
    const { dictionary, arrivalColumn } = options;
    const arrivals = arrivalColumn !== undefined;
    const batch = new SampleColumns(dictionary, this.#batchRows, { arrivals });
    for (const [i, [id, timestampMs, value, arrivalMs]] of this.#rows.entries()) {
      if (i === this.#breaksAfter) throw new Error('the connection is gone');
      const slot = dictionary.intern(metric(id));
      batch.push(slot, timestampMs, value, arrivals ? (arrivalMs ?? timestampMs) : undefined);
      if (!batch.full) continue;
      yield batch;
      batch.length = 0;
    }
    if (batch.length > 0) yield batch;
    await Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Every second of `[from, to)`: metrics 0 and 1 with values that name their time. */
export function everySecond(fromS: number, toS: number): Row[] {
  const rows: Row[] = [];
  for (let s = fromS; s < toS; s++) rows.push([0, s * 1000, s], [1, s * 1000, 1000 + s]);
  return rows;
}

const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

export async function withPass<T>(
  source: Source,
  run: (pass: PassOptions) => Promise<T>,
  range: PassOptions['range'] = ALL,
): Promise<T> {
  const spill = new SpillFolder();
  try {
    return await run({
      source,
      range,
      spill,
      deadLetters: null,
      nowMs: () => performance.now(),
      signal: new AbortController().signal,
      strict: false,
    });
  } finally {
    await spill.close();
  }
}
