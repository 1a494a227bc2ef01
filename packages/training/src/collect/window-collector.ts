/**
 * The scorer of an export: takes the windows through the very door through which the models get theirs, and keeps them.
 *
 * For each definition the engine is given three targets over the same cells: the window before filling (which cells were
 * observed), after filling with missing cells let through (which inputs are to blame for an incomplete one), and as the
 * definition says. Only the last is kept, and it comes exactly when production would score it; the others are looked at and
 * forgotten. Of several revisions of a window the first is kept.
 */
import {
  assert,
  type Definition,
  type ModelIdentity,
  type Scorer,
  type ScoringTarget,
  type TensorRow,
} from '@windrow/core';
import type { EndRange } from '@windrow/windowing';
import { tensorLength, type TensorForm } from '../tensor-form.ts';
import type { CollectedWindow, WindowRecords } from './collected-windows.ts';
import { newWindowCounts, type ExportedWindowCounts } from './window-counts.ts';

/** Bytes of records that are written at once. */
const BUFFER_BYTES = 8 << 20;

const NO_MODEL: ModelIdentity = { identifier: '', version: 0, sha256: '' };

type Role = 'observed' | 'filled' | 'exported';

/** Why a window is not scored. */
export type RefusedFor = 'coverage' | 'missing';

export interface CollectOptions {
  /** Window ends that are looked at. */
  readonly range: EndRange;
  /** Which windows are kept; the others are judged and counted only. */
  readonly wanted: (definition: number, endMs: number) => boolean;
  /** Whether it is remembered why wanted windows were not scored. */
  readonly keepRefused: boolean;
}

interface Part {
  readonly role: Role;
  /** Index of the definition. */
  readonly definition: number;
}

/** A window that was looked at, until it is scored, or closed. */
interface Judgement {
  readonly observed: Uint32Array;
  /** Cells that stay missing by input; null where nobody asks. */
  missing: Uint32Array | null;
  scored: boolean;
}

export class WindowCollector implements Scorer {
  readonly targets: readonly ScoringTarget[];
  /** By definition. */
  readonly counts: readonly ExportedWindowCounts[];
  /** By definition: why wanted windows were not scored, where that is asked for; those without any sample are not in it. */
  readonly refused: readonly Map<number, RefusedFor>[];
  readonly #form: TensorForm;
  readonly #parts: readonly Part[];
  readonly #records: WindowRecords;
  readonly #options: CollectOptions;
  readonly #judgements: readonly Map<number, Judgement>[];
  readonly #newestMs: Float64Array;
  readonly #scratch: TensorRow;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #rows: readonly CollectedWindow[];
  #definitions: number[] = [];
  #endsMs: number[] = [];
  readonly #row: { data: Float64Array | Float32Array; offset: number };

  constructor(form: TensorForm, records: WindowRecords, options: CollectOptions) {
    this.#form = form;
    this.#records = records;
    this.#options = options;
    const parts = form.definitions.flatMap((definition, d) => partsOf(definition, d));
    this.#parts = parts;
    this.targets = parts.map(({ role, definition }) => ({
      definition: definitionFor(form.definitions[definition]!, role),
      model: NO_MODEL,
      dtype: role === 'exported' ? form.dtype : 'float64',
    }));
    this.counts = form.definitions.map(() => newWindowCounts(form.channels));
    this.refused = form.definitions.map(() => new Map());
    this.#judgements = form.definitions.map(() => new Map());
    this.#newestMs = new Float64Array(form.definitions.length).fill(Number.NEGATIVE_INFINITY);
    this.#scratch = { data: new Float64Array(tensorLength(form)), offset: 0 };
    const rows = Math.max(1, Math.floor(BUFFER_BYTES / records.recordBytes));
    this.#buffer = new Uint8Array(rows * records.recordBytes);
    this.#rows = Array.from({ length: rows }, (_, i) =>
      records.viewAt(this.#buffer, i * records.recordBytes),
    );
    this.#row = { data: this.#rows[0]!.tensor, offset: 0 };
  }

  reserve(target: number): TensorRow | null {
    if (this.#parts[target]!.role !== 'exported') return this.#scratch;
    const row = this.#rows[this.#endsMs.length];
    if (row === undefined) return null;
    this.#row.data = row.tensor;
    return this.#row;
  }

  commit(target: number, windowEndMs: number): void {
    const { range } = this.#options;
    if (windowEndMs <= range.afterMs || windowEndMs > range.untilMs) return;
    const { role, definition } = this.#parts[target]!;
    switch (role) {
      case 'observed':
        this.#observe(definition, windowEndMs);
        break;
      case 'filled':
        this.#fill(definition, windowEndMs);
        break;
      case 'exported':
        this.#keep(definition, windowEndMs);
        break;
    }
  }

  #observe(definition: number, endMs: number): void {
    const judgements = this.#judgements[definition]!;
    const { cells } = this.#form;
    const observed = this.#missingCells().map((missing) => cells - missing);
    const before = judgements.get(endMs);
    judgements.set(endMs, {
      observed,
      missing: before?.missing ?? null,
      scored: before?.scored ?? false,
    });
    if (endMs > this.#newestMs[definition]!) {
      this.#newestMs[definition] = endMs;
      this.#close(definition, endMs - this.#form.definitions[definition]!.allowedLatenessMs);
    }
  }

  #fill(definition: number, endMs: number): void {
    const judgement = this.#judgements[definition]!.get(endMs);
    // One that is below coverage is refused without a look at its filled cells.
    if (judgement !== undefined) judgement.missing = this.#missingCells();
  }

  /** Cells of the scratch row that are missing, by input. */
  #missingCells(): Uint32Array {
    const { channels, cells } = this.#form;
    const { data } = this.#scratch;
    const missing = new Uint32Array(channels);
    for (let c = 0, at = 0; c < channels; c++) {
      let count = 0;
      for (const end = at + cells; at < end; at++) {
        const cell = data[at]!;
        if (cell !== cell) count++;
      }
      missing[c] = count;
    }
    return missing;
  }

  #keep(definition: number, endMs: number): void {
    const judgement = this.#judgements[definition]!.get(endMs);
    // Looked at before it was closed: a window is revised only as long as it is open.
    assert(judgement !== undefined, 'a window is looked at before it is scored');
    if (judgement.scored) return;
    judgement.scored = true;
    this.counts[definition]!.scored++;
    if (!this.#options.wanted(definition, endMs)) return;
    this.#rows[this.#endsMs.length]!.observed.set(judgement.observed);
    this.#definitions.push(definition);
    this.#endsMs.push(endMs);
  }

  /** Counts the windows that can be revised no more and were not scored: those that end before `beforeMs`. */
  #close(definition: number, beforeMs: number): void {
    const judgements = this.#judgements[definition]!;
    for (const [endMs, judgement] of judgements) {
      // Ends come in ascending order but for revisions. Behind one that still waits for its tensor, all wait.
      if (endMs >= beforeMs) break;
      if (!judgement.scored && this.#blame(definition, judgement) === 'none') break;
      judgements.delete(endMs);
      if (!judgement.scored) this.#countRefused(definition, endMs, judgement);
    }
  }

  #blame(definition: number, { observed, missing }: Judgement): RefusedFor | 'none' {
    const { minCoverage } = this.#form.definitions[definition]!;
    if (observed.some((count) => count / this.#form.cells < minCoverage)) return 'coverage';
    return missing?.some((count) => count > 0) === true ? 'missing' : 'none';
  }

  #countRefused(definition: number, endMs: number, judgement: Judgement): void {
    const counts = this.counts[definition]!;
    const { minCoverage } = this.#form.definitions[definition]!;
    const blame = this.#blame(definition, judgement);
    assert(blame !== 'none', 'a window that nothing speaks against is scored');
    if (this.#options.keepRefused && this.#options.wanted(definition, endMs)) {
      this.refused[definition]!.set(endMs, blame);
    }
    if (blame === 'coverage') counts.belowCoverage++;
    else counts.incomplete++;
    for (let c = 0; c < this.#form.channels; c++) {
      if (blame === 'missing') {
        if (judgement.missing![c]! > 0) counts.incompleteByInput[c]!++;
      } else if (judgement.observed[c]! / this.#form.cells < minCoverage) {
        counts.belowCoverageByInput[c]!++;
      }
    }
  }

  /** Writes what waits: when there is no room left, or everything. */
  async drain(all: boolean): Promise<void> {
    const count = this.#endsMs.length;
    if (count === 0 || (!all && count < this.#rows.length)) return;
    const bytes = this.#buffer.subarray(0, count * this.#records.recordBytes);
    await this.#records.append(bytes, this.#definitions, this.#endsMs);
    this.#definitions = [];
    this.#endsMs = [];
  }

  /** No more windows come: all are closed. */
  finish(): void {
    for (const d of this.#judgements.keys()) this.#close(d, Number.POSITIVE_INFINITY);
    for (const judgements of this.#judgements) {
      assert(judgements.size === 0, 'every window was scored or refused');
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function partsOf(definition: Definition, index: number): Part[] {
  const roles: readonly Role[] = definition.allowMissing
    ? ['observed', 'exported']
    : ['observed', 'filled', 'exported'];
  return roles.map((role) => ({ role, definition: index }));
}

/** The definition of a target; what is only looked at is so channel by channel. */
function definitionFor(definition: Definition, role: Role): Definition {
  if (role === 'exported') return definition;
  const lenient = {
    ...definition,
    allowMissing: true,
    minCoverage: 0,
    layout: 'channel_major',
  } as const;
  return role === 'filled' ? lenient : { ...lenient, fill: { method: 'none' } };
}
