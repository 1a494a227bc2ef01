/** The parts of a snapshot together: what to go on from. */
import { WindrowError, type SampleCounts } from '@windrow/core';
import type { SavedLine } from './line-bytes.ts';
import type { LineRestorer } from './line-image.ts';
import { namesKey, type LineNames } from './line-names.ts';
import { SNAPSHOT_PARTS } from './line-turns.ts';
import type { SnapshotPart } from './snapshot-part.ts';

export class RestoredSnapshot {
  readonly #parts: readonly SnapshotPart[];
  readonly #last: SnapshotPart;
  /** By `namesKey`. */
  readonly #names: Map<string, LineNames> = new Map();
  readonly #lines: Map<string, { readonly saved: SavedLine; readonly names: LineNames }> =
    new Map();

  /** @throws WindrowError FORMAT where a part is missing */
  constructor(parts: readonly SnapshotPart[]) {
    this.#parts = parts;
    this.#last = checkNumbers(parts);
    for (const { names } of parts) for (const own of names) this.#names.set(namesKey(own), own);
    for (const saved of this.#last.lines.values()) {
      const names = this.#names.get(namesKey(saved));
      if (names === undefined || names.definitions.length !== saved.image.windows.length) {
        throw new WindrowError(
          'FORMAT',
          `snapshot: no part tells the names of line ${saved.lineId}; the parts are not of one snapshot`,
        );
      }
      this.#lines.set(names.lineId, { saved, names });
    }
  }

  /** Of the last part. */
  get number(): number {
    return this.#last.number;
  }

  get door(): SampleCounts {
    return this.#last.door;
  }

  /** How a line stands; null: it is not in it. */
  line(lineId: string): { readonly saved: SavedLine; readonly names: LineNames } | null {
    return this.#lines.get(lineId) ?? null;
  }

  /**
   * Refills lines from all parts, in order. A part whose names no part tells any more is older than the line's definitions: all that
   * these need was written after it.
   */
  visitTracks(restorerOf: (lineId: string) => LineRestorer | null): void {
    for (const part of this.#parts) {
      part.visitTracks((saved) => {
        const names = this.#names.get(namesKey(saved));
        if (names === undefined) return null;
        const restorer = restorerOf(names.lineId);
        if (restorer === null) return null;
        return (track, points) => restorer.refill(names, track, points, part.number);
      });
    }
  }
}

/** The last of the parts, after making sure that none is missing. */
function checkNumbers(parts: readonly SnapshotPart[]): SnapshotPart {
  const last = parts.at(-1);
  if (last === undefined) throw new WindrowError('FORMAT', 'snapshot: found no part');
  const first = Math.max(0, last.number + 1 - SNAPSHOT_PARTS);
  const numbers = new Set(parts.map((part) => part.number));
  const missing = Array.from({ length: last.number + 1 - first }, (_, i) => first + i).filter(
    (number) => !numbers.has(number),
  );
  if (missing.length > 0) {
    throw new WindrowError(
      'FORMAT',
      `snapshot: found the parts ${[...numbers].join(', ')}, expected ${missing.join(', ')} too`,
    );
  }
  return last;
}
