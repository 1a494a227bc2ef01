/** A scorer without models: a number that depends on every cell of the tensor and on its place. */
import {
  WindrowError,
  windowCells,
  type Definition,
  type ModelIdentity,
  type ScoreBatch,
  type ScoringTarget,
  type TensorRow,
} from '@windrow/core';
import type { LiveScorer } from '../../../src/index.ts';
import type { World } from './world.ts';

const WAIT_MS = 10;
const ROWS_MAX = 16;

interface Waiting {
  readonly target: number;
  readonly windowEndMs: number;
  readonly value: number;
}

function weigh(data: Float64Array | Float32Array, offset: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (data[offset + i]! * ((i % 7) + 1)) / 16;
  return sum;
}

export class SumScorer implements LiveScorer {
  targets: readonly ScoringTarget[];
  /** Whether a score is to be not finite, or is to fail. */
  spoils: (windowEndMs: number) => 'not finite' | 'fails' | null = () => null;
  /** It takes windows, and never answers. */
  isStuck = false;
  version: number;
  closed = false;
  readonly #world: World;
  #row: TensorRow = { data: new Float64Array(0), offset: 0 };
  #waiting: Waiting[] = [];
  #sinceMs = Number.POSITIVE_INFINITY;
  #draining: Promise<void> = Promise.resolve();

  constructor(world: World, definitions: readonly Definition[], version: number = 1) {
    this.#world = world;
    this.version = version;
    this.targets = this.#bind(definitions);
  }

  get dueMs(): number {
    return this.#sinceMs + WAIT_MS;
  }

  reserve(target: number): TensorRow | null {
    if (this.#waiting.length >= ROWS_MAX) return null;
    const { definition } = this.targets[target]!;
    const length = windowCells(definition) * definition.inputMetricIds.length;
    this.#row = { data: new Float64Array(length), offset: 0 };
    return this.#row;
  }

  commit(target: number, windowEndMs: number): void {
    if (this.#waiting.length === 0) this.#sinceMs = this.#world.nowMs();
    const { data } = this.#row;
    // Another version gives other numbers.
    const value = weigh(data, 0, data.length) + (this.version - 1) * 1000;
    this.#waiting.push({ target, windowEndMs, value });
  }

  drain(_all: boolean, emit: (scores: ScoreBatch) => void): Promise<void> {
    const drained = this.#draining.then(() => this.#drain(emit));
    this.#draining = drained.catch(() => undefined);
    return drained;
  }

  drainDue(emit: (scores: ScoreBatch) => void): Promise<void> {
    return this.#world.nowMs() >= this.dueMs ? this.drain(true, emit) : Promise.resolve();
  }

  async redefine(definitions: readonly Definition[]): Promise<readonly ScoringTarget[]> {
    await this.#world.step();
    this.targets = this.#bind(definitions);
    return this.targets;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  async #drain(emit: (scores: ScoreBatch) => void): Promise<void> {
    const rows = this.#waiting;
    this.#waiting = [];
    this.#sinceMs = Number.POSITIVE_INFINITY;
    await this.#world.step();
    if (this.isStuck && rows.length > 0) await new Promise(() => undefined);
    const failed = rows.filter(({ windowEndMs }) => this.spoils(windowEndMs) === 'fails');
    const scored = rows.filter(({ windowEndMs }) => this.spoils(windowEndMs) !== 'fails');
    if (scored.length > 0) {
      emit({
        length: scored.length,
        targets: Int32Array.from(scored, ({ target }) => target),
        windowEndsMs: Float64Array.from(scored, ({ windowEndMs }) => windowEndMs),
        values: Float64Array.from(scored, ({ windowEndMs, value }) =>
          this.spoils(windowEndMs) === 'not finite' ? Number.NaN : value,
        ),
        model: this.targets[0]!.model,
      });
    }
    if (failed.length > 0) throw new WindrowError('MODEL', 'the model failed on these windows');
  }

  #bind(definitions: readonly Definition[]): ScoringTarget[] {
    const model: ModelIdentity = { identifier: 'sum', version: this.version, sha256: '00' };
    return definitions.map((definition) => ({ definition, model, dtype: 'float64' }));
  }
}
