/**
 * The distinct `(offset, value)` pairs of each cell, in ascending order of offset, then value (`-0 < +0`): linked lists
 * in typed arrays, with a free list. A pair at the end of its list, as samples in order are, extends the running sum;
 * one in the middle has the sum added up again, because the order of addition is part of the result.
 */
import type { PointColumns } from '../point-columns.ts';

const NONE = -1;

export class PairLists {
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #count: Int32Array;
  readonly #sum: Float64Array;
  #offset: Int32Array = new Int32Array(1024);
  #value: Float64Array = new Float64Array(1024);
  #next: Int32Array = new Int32Array(1024);
  #used = 0;
  #free = NONE;

  constructor(cells: number) {
    this.#head = new Int32Array(cells).fill(NONE);
    this.#tail = new Int32Array(cells).fill(NONE);
    this.#count = new Int32Array(cells);
    this.#sum = new Float64Array(cells);
  }

  count(at: number): number {
    return this.#count[at]!;
  }

  /** Of the values, added in the order of the list. */
  sum(at: number): number {
    return this.#sum[at]!;
  }

  /** Empties a cell's list. */
  clear(at: number): void {
    const head = this.#head[at]!;
    if (head === NONE) return;
    this.#next[this.#tail[at]!] = this.#free;
    this.#free = head;
    this.#head[at] = NONE;
    this.#tail[at] = NONE;
    this.#count[at] = 0;
    this.#sum[at] = 0;
  }

  /** Adds a pair; false where the list has it. */
  add(at: number, offset: number, value: number): boolean {
    const tail = this.#tail[at]!;
    if (tail === NONE || before(this.#offset[tail]!, this.#value[tail]!, offset, value)) {
      const node = this.#allocate(offset, value, NONE);
      if (tail === NONE) this.#head[at] = node;
      else this.#next[tail] = node;
      this.#tail[at] = node;
      // The first is taken as it is: 0 + -0 would lose the sign.
      this.#sum[at] = tail === NONE ? value : this.#sum[at]! + value;
    } else {
      let previous = NONE;
      let here = this.#head[at]!;
      while (before(this.#offset[here]!, this.#value[here]!, offset, value)) {
        previous = here;
        here = this.#next[here]!;
      }
      if (this.#offset[here] === offset && Object.is(this.#value[here], value)) return false;
      const node = this.#allocate(offset, value, here);
      if (previous === NONE) this.#head[at] = node;
      else this.#next[previous] = node;
      this.#sum[at] = this.#addUp(at);
    }
    this.#count[at] = this.#count[at]! + 1;
    return true;
  }

  /** Adds a cell's pairs to `out`, with offsets from `startMs`. */
  collect(at: number, startMs: number, out: PointColumns): void {
    for (let node = this.#head[at]!; node !== NONE; node = this.#next[node]!) {
      out.push(startMs + this.#offset[node]!, this.#value[node]!);
    }
  }

  #addUp(at: number): number {
    let node = this.#head[at]!;
    let sum = this.#value[node]!;
    for (node = this.#next[node]!; node !== NONE; node = this.#next[node]!) {
      sum += this.#value[node]!;
    }
    return sum;
  }

  #allocate(offset: number, value: number, next: number): number {
    let node = this.#free;
    if (node === NONE) {
      node = this.#used++;
      if (node === this.#offset.length) this.#grow();
    } else {
      this.#free = this.#next[node]!;
    }
    this.#offset[node] = offset;
    this.#value[node] = value;
    this.#next[node] = next;
    return node;
  }

  #grow(): void {
    const length = this.#offset.length * 2;
    const offset = new Int32Array(length);
    const value = new Float64Array(length);
    const next = new Int32Array(length);
    offset.set(this.#offset);
    value.set(this.#value);
    next.set(this.#next);
    this.#offset = offset;
    this.#value = value;
    this.#next = next;
  }

  get sizeBytes(): number {
    return this.#head.length * 20 + this.#offset.length * 16;
  }
}

/** Whether the first pair stands before the second. */
function before(offset: number, value: number, otherOffset: number, otherValue: number): boolean {
  if (offset !== otherOffset) return offset < otherOffset;
  return value < otherValue || (value === 0 && Object.is(value, -0) && Object.is(otherValue, 0));
}
