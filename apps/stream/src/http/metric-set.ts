/** Metrics whose values are known elsewhere: each scrape writes all of them anew, so that series that are gone do not stay. */
import { Counter, Gauge, type Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

export class MetricSet {
  readonly #registry: Registry;
  readonly #metrics: Map<string, Counter | Gauge> = new Map();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Forgets the values of the scrape before. */
  begin(): void {
    // A metric without labels would be left with 0, as if that were its value.
    for (const name of this.#metrics.keys()) this.#registry.removeSingleMetric(name);
    this.#metrics.clear();
  }

  /** A value that goes up and down. */
  gauge(name: string, help: string, value: number, labels: Labels = {}): void {
    const metric = this.#metric(name, () => new Gauge(this.#configuration(name, help, labels)));
    if (metric instanceof Gauge) metric.set(labels, value);
  }

  /** A value that only grows; `name` ends in `_total`. */
  counter(name: string, help: string, value: number, labels: Labels = {}): void {
    const metric = this.#metric(name, () => new Counter(this.#configuration(name, help, labels)));
    metric.inc(labels, value);
  }

  /** How often a value was at most so large, as `<name>_bucket` and `<name>_count`. */
  histogram(
    name: string,
    help: string,
    {
      classes,
      labels,
    }: {
      /** Not cumulated, with upper bounds (inclusive). */
      readonly classes: readonly { readonly upTo: number; readonly count: number }[];
      readonly labels: Labels;
    },
  ): void {
    const bucket = `${name}_bucket`;
    let count = 0;
    for (const one of classes.toSorted((a, b) => a.upTo - b.upTo)) {
      count += one.count;
      if (!Number.isFinite(one.upTo)) continue;
      this.counter(bucket, help, count, { ...labels, le: String(one.upTo) });
    }
    this.counter(bucket, help, count, { ...labels, le: '+Inf' });
    this.counter(`${name}_count`, 'How many in all', count, labels);
  }

  #metric(name: string, make: () => Counter | Gauge): Counter | Gauge {
    let metric = this.#metrics.get(name);
    if (metric === undefined) {
      metric = make();
      this.#metrics.set(name, metric);
    }
    return metric;
  }

  #configuration(
    name: string,
    help: string,
    labels: Labels,
  ): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
    return { name, help, labelNames: Object.keys(labels), registers: [this.#registry] };
  }
}
