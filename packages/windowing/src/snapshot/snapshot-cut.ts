/**
 * A part of a snapshot in the making: one cut through all lines, taken little by little. A line that is not in it yet may not change; who
 * is about to change one has it taken first.
 */
import type { SampleCounts } from '@windrow/core';
import { LineCut, type CutLine } from './line-cut.ts';
import type { LineTurns } from './line-turns.ts';
import type { Sealing } from '../internal/sealed-bytes.ts';
import type { SnapshotWriter } from './snapshot-part.ts';

/** Bytes that are copied in the time in which a point is encoded, about. */
const POINT_BYTES = 32;

export class SnapshotCut {
  readonly #number: number;
  readonly #door: SampleCounts;
  readonly #writer: SnapshotWriter;
  readonly #lines: readonly LineCut[];
  /** The first line that may not be done. */
  #next = 0;
  /** From when all lines are taken. */
  #sealing: Sealing | null = null;

  /**
   * @param door samples that belong to no line
   * @param writer of the part before, which is finished; it is used again
   */
  constructor(
    part: { readonly number: number; readonly door: SampleCounts },
    lines: readonly CutLine[],
    turnsOf: (line: CutLine) => LineTurns,
    writer: SnapshotWriter,
  ) {
    this.#number = part.number;
    this.#door = part.door;
    this.#writer = writer;
    this.#lines = lines.map(
      (line, index) => new LineCut({ number: part.number, index }, line, turnsOf, writer),
    );
  }

  /**
   * Takes tracks until they have about so many points together, or all are taken; then puts the part together, as many bytes at a time.
   * Returns whether it is ready.
   */
  step(pointsMax: number): boolean {
    if (this.#sealing !== null) return this.#sealing.step(pointsMax * POINT_BYTES);
    let left = pointsMax;
    while (left > 0 && this.#next < this.#lines.length) {
      const line = this.#lines[this.#next]!;
      if (!line.isDone) left -= line.step(left);
      if (line.isDone) this.#next++;
    }
    if (this.#next < this.#lines.length) return false;
    this.#sealing = this.#writer.seal(this.#number, this.#door);
    return this.#sealing.step(left * POINT_BYTES);
  }

  /** Takes what is left of a line; of one that came after the cut there is nothing. */
  take(index: number): void {
    const line = this.#lines[index];
    if (line?.isDone === false) line.step(Number.POSITIVE_INFINITY);
  }

  /** The part. */
  finish(): Uint8Array {
    while (!this.step(Number.POSITIVE_INFINITY));
    return this.#sealing!.finish();
  }
}
