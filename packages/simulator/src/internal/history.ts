/** The last values of one quantity, one per knot, for transport delays and trailing means. */

/** A ring of the last `capacity` values. */
export class History {
  readonly #values: Float64Array;
  #next = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  /** Forgets everything: as if the value had always been this. */
  fill(value: number): void {
    this.#values.fill(value);
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = this.#next + 1 === this.#values.length ? 0 : this.#next + 1;
  }

  /** The value `back` knots before the latest (a fraction is interpolated); at most `capacity - 2`. */
  ago(back: number): number {
    const whole = Math.floor(back);
    const young = this.#at(whole);
    return young + (this.#at(whole + 1) - young) * (back - whole);
  }

  /** Mean of the latest `count` values, added oldest first. */
  mean(count: number): number {
    let sum = 0;
    for (let back = count - 1; back >= 0; back--) sum += this.#at(back);
    return sum / count;
  }

  #at(back: number): number {
    const size = this.#values.length;
    return this.#values[(this.#next - 1 - back + 2 * size) % size]!;
  }
}
