/** A number for a set of points whatever their order: equal sets have equal ones, others hardly ever. */

/** Adds up points; any NaN counts as the same, since files of text have but one. */
export class Fingerprint {
  #rows = 0;
  #low = 0;
  #high = 0;
  readonly #number: Float64Array = new Float64Array(1);
  readonly #words: Uint32Array = new Uint32Array(this.#number.buffer);

  /** Takes the first `length` points of two columns. */
  readonly take = (timestampsMs: Float64Array, values: Float64Array, length: number): void => {
    for (let i = 0; i < length; i++) {
      const time = this.#hash(timestampsMs[i]! + 0, 1);
      const value = values[i]!;
      const mixed = this.#hash(Number.isNaN(value) ? Number.NaN : value, time);
      this.#low = (this.#low + mixed) | 0;
      this.#high = (this.#high + Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)) | 0;
    }
    this.#rows += length;
  };

  #hash(number: number, seed: number): number {
    this.#number[0] = number;
    let h = Math.imul(seed ^ this.#words[0]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ this.#words[1]!, 0x85ebca6b);
    return h ^ (h >>> 13);
  }

  /** The number of points and their sum, as text. */
  toString(): string {
    return `${this.#rows} points ${this.#low >>> 0} ${this.#high >>> 0}`;
  }
}
