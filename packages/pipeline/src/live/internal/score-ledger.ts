/**
 * What was scored: which revision a score is, how many there were, and the last few of each definition. Only a finite score uses up
 * a revision, so revisions are given out when scores come back. Definitions without allowed lateness never revise and keep none.
 */
import type { ModelIdentity } from '@windrow/core';
import type { WindowTarget } from '@windrow/windowing';
import { ScoreTally } from '../../internal/prediction-buffer.ts';
import type { LivePrediction } from '../live-job-status.ts';
import { indexesIn } from './generation.ts';

/** Predictions that are kept for people, by definition. */
const SHOWN_MAX = 16;
/** What a score has instead of a revision that is not finite, or of a window that was another definition's. */
export const NO_REVISION = -1;

/** One score. */
export interface Score {
  readonly target: number;
  readonly windowEndMs: number;
  readonly value: number;
  readonly model: ModelIdentity;
}

/** The ledger as plain data, small where there are very many targets: it is made while nothing else can be done. */
export interface SavedLedger {
  /** By target: float64, little-endian, in base64. */
  readonly scored: string;
  readonly revised: string;
  /** Of targets that have any: the target, then window ends and the next revision of each, in turns. */
  readonly next: readonly (readonly number[])[];
}

export class ScoreLedger {
  #targets: readonly WindowTarget[] = [];
  #tally: ScoreTally = new ScoreTally(0);
  /** By target: window end -> next revision, in order of first score. */
  #next: readonly Map<number, number>[] = [];
  #shown: readonly LivePrediction[][] = [];

  constructor(targets: readonly WindowTarget[]) {
    this.redefine(targets);
  }

  get tally(): ScoreTally {
    return this.#tally;
  }

  /** The last few predictions of a target, latest first. */
  shown(target: number): readonly LivePrediction[] {
    return this.#shown[target]!.toReversed();
  }

  /** The revision of a score that has come back, or NO_REVISION. */
  revisionOf({ target, windowEndMs, value }: Score): number {
    if (!Number.isFinite(value)) return NO_REVISION;
    return this.#next[target]!.get(windowEndMs) ?? 0;
  }

  /** Takes note of a score with its revision. */
  take(score: Score, revision: number, wallMs: number): void {
    if (revision === NO_REVISION) return;
    const { target, windowEndMs, value, model } = score;
    if (this.#targets[target]!.definition.allowedLatenessMs > 0) {
      this.#next[target]!.set(windowEndMs, revision + 1);
    }
    this.#tally.count(target, revision);
    const shown = this.#shown[target]!;
    if (shown.length === SHOWN_MAX) shown.shift();
    shown.push({ windowEndMs, revision, value, model, scoredMs: wallMs });
  }

  /** Forgets the windows of a target that are no longer open. Nothing that was judged may wait for its score. */
  close(target: number, watermarkMs: number): void {
    const ends = this.#next[target]!;
    if (ends.size === 0) return;
    const closedMs = watermarkMs - this.#targets[target]!.definition.allowedLatenessMs;
    for (const end of ends.keys()) if (end <= closedMs) ends.delete(end);
  }

  /** Other targets: those that stay go on. */
  redefine(targets: readonly WindowTarget[]): void {
    const before = indexesIn(targets, this.#targets);
    const tally = new ScoreTally(targets.length);
    for (const [i, old] of before.entries()) {
      if (old < 0) continue;
      tally.scored[i] = this.#tally.scored[old]!;
      tally.revised[i] = this.#tally.revised[old]!;
    }
    const next = this.#next;
    const shown = this.#shown;
    this.#next = before.map((old) => next[old] ?? new Map<number, number>());
    this.#shown = before.map((old) => shown[old] ?? []);
    this.#tally = tally;
    this.#targets = targets;
  }

  save(): SavedLedger {
    const next: number[][] = [];
    for (const [target, ends] of this.#next.entries()) {
      if (ends.size > 0) next.push([target, ...[...ends].flat()]);
    }
    const { scored, revised } = this.#tally;
    return { scored: packed(scored), revised: packed(revised), next };
  }

  load(saved: SavedLedger): void {
    this.#tally.scored.set(unpacked(saved.scored));
    this.#tally.revised.set(unpacked(saved.revised));
    for (const [target, ...ends] of saved.next) {
      for (let i = 0; i < ends.length; i += 2) this.#next[target!]!.set(ends[i]!, ends[i + 1]!);
    }
  }
}

function packed({ buffer, byteOffset, byteLength }: Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function unpacked(text: string): Float64Array {
  return new Float64Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
