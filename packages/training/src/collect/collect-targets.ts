/**
 * The observed cells of target metrics, in a temporary file: pairs `[cell, value]` (float64) in runs of one series each. Cells are
 * made by the engine, as windows of one cell, so that a target is aggregated as an input would be.
 */
import type { Definition, ModelIdentity, Scorer, ScoringTarget, TensorRow } from '@windrow/core';
import type { SpillFile } from '@windrow/pipeline';
import type { NextCells } from '../targets/target-cells.ts';
import type { PassOptions } from './collect-windows.ts';
import { runPass } from './run-pass.ts';

const NO_MODEL: ModelIdentity = { identifier: '', version: 0, sha256: '' };
/** Cells of one series that are written at once. */
const RUN_CELLS = 4096;
const PAIR_BYTES = 16;

/** A metric as a definition would aggregate it. */
export interface TargetSeries {
  readonly definition: Definition;
  readonly metricId: string;
}

export class TargetRecords {
  readonly #file: SpillFile;
  /** By series: where its runs are, and how many cells each has. */
  readonly #runs: { readonly position: number; readonly cells: number }[][] = [];
  #sizeBytes = 0;

  constructor(file: SpillFile) {
    this.#file = file;
  }

  async append(series: number, pairs: Float64Array): Promise<void> {
    await this.#file.append(new Uint8Array(pairs.buffer, pairs.byteOffset, pairs.byteLength));
    (this.#runs[series] ??= []).push({ position: this.#sizeBytes, cells: pairs.length / 2 });
    this.#sizeBytes += pairs.byteLength;
  }

  /** The cells of a series from the first on. */
  reader(series: number): NextCells {
    const runs = this.#runs[series] ?? [];
    let next = 0;
    return async () => {
      const run = runs[next++];
      if (run === undefined) return null;
      const bytes = new Uint8Array(run.cells * PAIR_BYTES);
      await this.#file.read(bytes, run.position);
      return new Float64Array(bytes.buffer);
    };
  }
}

/** Gathers cells; the engine gives those of a series in ascending order. */
class CellCollector implements Scorer {
  readonly targets: readonly ScoringTarget[];
  readonly #records: TargetRecords;
  readonly #pairs: readonly Float64Array[];
  readonly #lengths: Int32Array;
  readonly #row: TensorRow = { data: new Float64Array(1), offset: 0 };

  constructor(series: readonly TargetSeries[], records: TargetRecords) {
    this.targets = series.map(({ definition, metricId }) => ({
      definition: cellDefinition(definition, metricId),
      model: NO_MODEL,
      dtype: 'float64',
    }));
    this.#records = records;
    this.#pairs = series.map(() => new Float64Array(RUN_CELLS * 2));
    this.#lengths = new Int32Array(series.length);
  }

  reserve(target: number): TensorRow | null {
    return this.#lengths[target] === RUN_CELLS ? null : this.#row;
  }

  commit(target: number, endMs: number): void {
    const { resolutionMs } = this.targets[target]!.definition;
    const at = this.#lengths[target]!++ * 2;
    const pairs = this.#pairs[target]!;
    pairs[at] = endMs / resolutionMs - 1;
    pairs[at + 1] = this.#row.data[0]!;
  }

  async drain(all: boolean): Promise<void> {
    for (const [series, pairs] of this.#pairs.entries()) {
      const length = this.#lengths[series]!;
      if (length === 0 || (!all && length < RUN_CELLS)) continue;
      await this.#records.append(series, pairs.subarray(0, length * 2));
      this.#lengths[series] = 0;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Windows of one cell each. */
function cellDefinition(definition: Definition, metricId: string): Definition {
  const { resolutionMs } = definition;
  return {
    ...definition,
    inputMetricIds: [metricId],
    windowMs: resolutionMs,
    stepMs: resolutionMs,
    fill: { method: 'none' },
    allowMissing: false,
    minCoverage: 0,
  };
}

/** Reads the cells of these series whose ends lie in the range of the pass. */
export async function collectTargets(
  series: readonly TargetSeries[],
  pass: PassOptions,
): Promise<TargetRecords> {
  const records = new TargetRecords(await pass.spill.create());
  await runPass(pass, new CellCollector(series, records));
  return records;
}
