/**
 * Conservation: every sample received is counted once, under exactly one heading.
 *
 *     received = applied + superseded + duplicate + invalid + unrouted + quarantined + dropped_late + out_of_range
 */

/** The headings, in the order in which summaries print them. */
export const HEADINGS = [
  'applied',
  'superseded',
  'duplicate',
  'invalid',
  'unrouted',
  'quarantined',
  'dropped_late',
  'out_of_range',
] as const;

export type Heading = (typeof HEADINGS)[number];

/** How many samples stand under each heading, and how many were received. */
export type SampleCounts = { readonly received: number } & Readonly<Record<Heading, number>>;

/** Counters that can be added to. */
export class SampleCounter {
  readonly #counts: Record<Heading, number> = {
    applied: 0,
    superseded: 0,
    duplicate: 0,
    invalid: 0,
    unrouted: 0,
    quarantined: 0,
    dropped_late: 0,
    out_of_range: 0,
  };
  #received = 0;

  /** Counts `n` samples under a heading. */
  add(heading: Heading, n = 1): void {
    this.#counts[heading] += n;
    this.#received += n;
  }

  /** Adds what another counter has counted. */
  addAll(counts: SampleCounts): void {
    for (const heading of HEADINGS) this.add(heading, counts[heading]);
  }

  snapshot(): SampleCounts {
    return { received: this.#received, ...this.#counts };
  }
}
