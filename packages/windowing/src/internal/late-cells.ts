/** Cells that late samples changed, in order, until they are dealt with: up to a fixed number, beyond which it overflows. */
const LATE_MAX = 1024;

export class LateCells {
  readonly tracks: Int32Array = new Int32Array(LATE_MAX);
  readonly cells: Float64Array = new Float64Array(LATE_MAX);
  /** 1 where the cell was missing before. */
  readonly wasMissing: Uint8Array = new Uint8Array(LATE_MAX);
  length = 0;
  /** Some were not kept. */
  hasOverflowed = false;

  add(track: number, cell: number, wasMissing: boolean): void {
    const { length } = this;
    if (length === LATE_MAX) {
      this.hasOverflowed = true;
      return;
    }
    this.tracks[length] = track;
    this.cells[length] = cell;
    this.wasMissing[length] = wasMissing ? 1 : 0;
    this.length++;
  }

  clear(): void {
    this.length = 0;
    this.hasOverflowed = false;
  }

  get sizeBytes(): number {
    return LATE_MAX * 13;
  }
}
