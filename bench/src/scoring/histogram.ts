/** Times in buckets, so that counting millions of them takes no memory that grows. */

const BUCKET_MS = 0.05;
const BUCKETS = 100_000;

export class Histogram {
  readonly #counts: Float64Array = new Float64Array(BUCKETS + 1);
  #count = 0;
  #maxMs = 0;

  add(ms: number): void {
    const bucket = Math.min(BUCKETS, Math.max(0, Math.floor(ms / BUCKET_MS)));
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#count++;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** Upper end of the bucket of the quantile, in ms. */
  quantile(q: number): number {
    let passed = 0;
    for (let i = 0; i <= BUCKETS; i++) {
      passed += this.#counts[i]!;
      if (passed >= q * this.#count) return Math.min(this.#maxMs, (i + 1) * BUCKET_MS);
    }
    return this.#maxMs;
  }

  text(): string {
    const quantiles = [0.5, 0.9, 0.99, 0.999].map((q) => this.quantile(q).toFixed(2));
    return `p50 / p90 / p99 / p99.9 / max ${quantiles.join(' / ')} / ${this.#maxMs.toFixed(1)} ms`;
  }
}
