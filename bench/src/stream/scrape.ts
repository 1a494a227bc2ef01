/** What a process shows at `/metrics`, as numbers. */

export class Scrape {
  readonly #values: Map<string, number> = new Map();

  /** @param text the text form of Prometheus */
  constructor(text: string) {
    for (const line of text.split('\n')) {
      const at = line.lastIndexOf(' ');
      if (at > 0 && !line.startsWith('#'))
        this.#values.set(line.slice(0, at), Number(line.slice(at)));
    }
  }

  /** The value of a series without labels; 0 where it is not there (yet). */
  value(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  /** Values of all series of a name, by their labels as text. */
  series(name: string): ReadonlyMap<string, number> {
    const found = [...this.#values].filter(([series]) => series.startsWith(`${name}{`));
    return new Map(found.map(([series, value]) => [series.slice(name.length), value]));
  }

  /** Observations of a histogram that are at most `upTo`, of all its series together. */
  upTo(name: string, upTo: number): number {
    const le = `le="${upTo === Number.POSITIVE_INFINITY ? '+Inf' : upTo}"`;
    const buckets = [...this.series(`${name}_bucket`)].filter(([labels]) => labels.includes(le));
    return buckets.reduce((sum, [, count]) => sum + count, 0);
  }
}
