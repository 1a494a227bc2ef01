/** Predictions kept in memory, line by line, to be held against what the laboratory found. */
import type { PredictionBatch, Sink } from '@windrow/core';
import type { LabResults } from '@windrow/simulator';

export interface Trace {
  /** Window ends in ascending order. */
  readonly endsMs: number[];
  readonly values: number[];
}

/** A sink that remembers. */
export class LineTrace implements Sink<PredictionBatch> {
  readonly uri: string = 'memory:';
  readonly #lines: Map<string, Trace> = new Map();

  write(batch: PredictionBatch): Promise<void> {
    for (let i = 0; i < batch.length; i++) {
      const trace = this.line(batch.definitions[batch.definitionIndex[i]!]!.lineId);
      trace.endsMs.push(batch.windowEndsMs[i]!);
      trace.values.push(batch.values[i]!);
    }
    return Promise.resolve();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }

  line(lineId: string): Trace {
    let trace = this.#lines.get(lineId);
    if (trace === undefined) {
      trace = { endsMs: [], values: [] };
      this.#lines.set(lineId, trace);
    }
    return trace;
  }
}

export interface Quality {
  /** Lab results for which there was a prediction. */
  readonly count: number;
  readonly r2: number;
  readonly mae: number;
  /** Mean absolute error of always saying the mean of these results. */
  readonly maeOfMean: number;
}

/** Each lab result meets the last window that ended at or before its product was made. */
export function compare(trace: LineTrace, measured: LabResults): Quality {
  const pairs: { predicted: number; value: number }[] = [];
  for (let i = 0; i < measured.length; i++) {
    const { endsMs, values } = trace.line(measured.lines[measured.lineIndex[i]!]!.lineId);
    const at = lastAtOrBefore(endsMs, measured.timestampsMs[i]!);
    if (at >= 0) pairs.push({ predicted: values[at]!, value: measured.values[i]! });
  }
  const mean = pairs.reduce((sum, { value }) => sum + value, 0) / pairs.length;
  const sum = (of: (pair: { predicted: number; value: number }) => number): number =>
    pairs.reduce((total, pair) => total + of(pair), 0);
  return {
    count: pairs.length,
    r2:
      1 -
      sum(({ predicted, value }) => (predicted - value) ** 2) /
        sum(({ value }) => (value - mean) ** 2),
    mae: sum(({ predicted, value }) => Math.abs(predicted - value)) / pairs.length,
    maeOfMean: sum(({ value }) => Math.abs(value - mean)) / pairs.length,
  };
}

function lastAtOrBefore(ascending: readonly number[], x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
