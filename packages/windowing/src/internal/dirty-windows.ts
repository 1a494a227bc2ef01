/**
 * Which judged windows of a definition must be judged again: a bit for each window that can be open, at the place of its
 * end among them.
 */
export class DirtyWindows {
  readonly #stepMs: number;
  readonly #places: number;
  #bits: Uint8Array | null = null;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  /** Ends of which all are marked. */
  #markedFromMs = Number.POSITIVE_INFINITY;
  #markedToMs = Number.NEGATIVE_INFINITY;

  constructor(stepMs: number, latenessMs: number) {
    this.#stepMs = stepMs;
    this.#places = Math.ceil(latenessMs / stepMs) + 1;
  }

  get count(): number {
    return this.#count;
  }

  /** Marks the ends in `[fromMs, toMs]`, both multiples of the step. */
  mark(fromMs: number, toMs: number): void {
    // Late samples come in crowds: most find their windows marked.
    if (fromMs >= this.#markedFromMs && toMs <= this.#markedToMs) return;
    this.#markedFromMs = fromMs;
    this.#markedToMs = toMs;
    this.#bits ??= new Uint8Array(this.#places);
    const bits = this.#bits;
    let place = this.#place(fromMs);
    for (let end = fromMs; end <= toMs; end += this.#stepMs) {
      if (bits[place] === 0) {
        bits[place] = 1;
        this.#count++;
      }
      if (++place === this.#places) place = 0;
    }
    if (fromMs < this.#fromMs) this.#fromMs = fromMs;
    if (toMs > this.#toMs) this.#toMs = toMs;
  }

  clear(endMs: number): void {
    this.#bits![this.#place(endMs)] = 0;
    this.#markedFromMs = Number.POSITIVE_INFINITY;
    this.#count--;
    if (this.#count > 0) return;
    this.#fromMs = Number.POSITIVE_INFINITY;
    this.#toMs = Number.NEGATIVE_INFINITY;
  }

  /** All ends marked, in ascending order. */
  all(): number[] {
    const ends: number[] = [];
    this.first(ends, Number.POSITIVE_INFINITY);
    return ends;
  }

  /** The first ends marked, in ascending order, at most `max`, into `out`; returns how many. */
  first(out: number[], max: number): number {
    out.length = 0;
    if (this.#count === 0) return 0;
    for (let end = this.#fromMs; end <= this.#toMs && out.length < max; end += this.#stepMs) {
      if (this.#bits![this.#place(end)] === 1) out.push(end);
    }
    return out.length;
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.#bits?.byteLength ?? 0;
  }

  #place(endMs: number): number {
    const place = (endMs / this.#stepMs) % this.#places;
    return place < 0 ? place + this.#places : place;
  }
}
