/**
 * A part of a snapshot in the making: one cut through all lines, taken little by little. A line that is not in it yet may not change; who
 * is about to change one has it taken first.
 */
import type { SampleCounts } from '@windrow/core';
import { LineCut, type CutLine } from './line-cut.ts';
import type { LineTurns } from './line-turns.ts';
import { SnapshotWriter } from './snapshot-part.ts';

export class SnapshotCut {
  readonly #number: number;
  readonly #door: SampleCounts;
  readonly #writer: SnapshotWriter = new SnapshotWriter();
  readonly #lines: readonly LineCut[];
  /** The first line that may not be done. */
  #next = 0;

  /** @param door samples that belong to no line */
  constructor(
    part: { readonly number: number; readonly door: SampleCounts },
    lines: readonly CutLine[],
    turnsOf: (line: CutLine) => LineTurns,
  ) {
    this.#number = part.number;
    this.#door = part.door;
    this.#lines = lines.map(
      (line, index) => new LineCut({ number: part.number, index }, line, turnsOf, this.#writer),
    );
  }

  /** Takes tracks until they have about so many points together, or all are taken; returns whether they are. */
  step(pointsMax: number): boolean {
    let left = pointsMax;
    while (left > 0 && this.#next < this.#lines.length) {
      const line = this.#lines[this.#next]!;
      if (!line.isDone) left -= line.step(left);
      if (line.isDone) this.#next++;
    }
    return this.#next === this.#lines.length;
  }

  /** Takes what is left of a line; of one that came after the cut there is nothing. */
  take(index: number): void {
    const line = this.#lines[index];
    if (line?.isDone === false) line.step(Number.POSITIVE_INFINITY);
  }

  /** The part. */
  finish(): Uint8Array {
    this.step(Number.POSITIVE_INFINITY);
    return this.#writer.finish(this.#number, this.#door);
  }
}
