/** A line every ten seconds, and one at the end. */
import type { Published } from './published.ts';
import type { Scrape } from './scrape.ts';
import type { LoggedCheckpoint } from './stream-process.ts';
import { Histogram } from '../scoring/histogram.ts';

/** What the goal of a publication is. */
const LIMIT_S = 0.2;
const DELAY = 'windrow_publish_delay_seconds';
/** What becomes of every sample of a simulation without faults. */
const GOOD = '{heading="applied"}';

export class SoakReport {
  readonly #published: Published;
  readonly #memory: number[] = [];
  #first: Scrape | null = null;
  #before: Scrape | null = null;
  #firstMs = 0;
  #beganMs = 0;
  #beforeMs = 0;

  constructor(published: Published) {
    this.#published = published;
  }

  /** @param wallMs from when on everything counts */
  begin(scrape: Scrape, wallMs: number): void {
    this.#beganMs = wallMs;
    this.#first = scrape;
    this.#firstMs = performance.now();
    this.#next(scrape);
  }

  line(scrape: Scrape): string {
    const seconds = (performance.now() - this.#beforeMs) / 1000;
    const since = this.#before!;
    const { recent } = this.#published;
    const ms = (name: string): number => scrape.value(name) * 1000;
    const memory = scrape.value('process_resident_memory_bytes');
    this.#memory.push(memory);
    const text = [
      `${(grown(scrape, since, 'windrow_samples_received_total') / seconds / 1000).toFixed(1)} k samples/s`,
      `published ${recent.text()}`,
      `loop p99 ${ms('nodejs_eventloop_lag_p99_seconds').toFixed(1)} max ${ms('nodejs_eventloop_lag_max_seconds').toFixed(1)} ms`,
      `checkpoint pause ${ms('windrow_checkpoint_pause_seconds').toFixed(1)} took ${ms('windrow_checkpoint_duration_seconds').toFixed(0)} ms ${mib(scrape.value('windrow_checkpoint_bytes'))}`,
      `commit ${ms('windrow_journal_commit_seconds').toFixed(1)} ms`,
      `outbox ${scrape.value('windrow_outbox_predictions')}`,
      `CPU ${cores(scrape, since, seconds)}`,
      mib(memory),
    ].join('; ');
    this.#published.recent = new Histogram();
    this.#next(scrape);
    return text;
  }

  /** @throws Error where not every sample was applied */
  summary(scrape: Scrape, checkpoints: readonly LoggedCheckpoint[]): string {
    const seconds = (performance.now() - this.#firstMs) / 1000;
    const { all, count } = this.#published;
    const received = scrape.value('windrow_samples_received_total');
    const byHeading = scrape.series('windrow_samples_total');
    const lost = [...byHeading].filter(([heading, n]) => heading !== GOOD && n > 0);
    if (byHeading.get(GOOD) !== received || lost.length > 0) {
      throw new Error(`${received} samples received, of them ${JSON.stringify([...byHeading])}`);
    }
    const half = this.#memory.slice(this.#memory.length >> 1);
    const delayed = (upToS: number): number =>
      scrape.upTo(DELAY, upToS) - this.#first!.upTo(DELAY, upToS);
    const own = delayed(LIMIT_S) / delayed(Number.POSITIVE_INFINITY);
    return [
      `${count} predictions, none lost or twice: ${all.text()}`,
      `by its own histogram ${(own * 100).toFixed(2)} % within ${LIMIT_S * 1000} ms`,
      `${received} samples, all applied`,
      `CPU ${cores(scrape, this.#first!, seconds)} of a core`,
      `memory ${span(this.#memory)}, in the second half ${span(half)}`,
      `pauses of checkpoints ${this.#pauses(checkpoints)}`,
      `journal ${mib(scrape.value('windrow_journal_bytes_total'))}`,
    ].join('; ');
  }

  /** The last one is that of the stop. */
  #pauses(checkpoints: readonly LoggedCheckpoint[]): string {
    const isCounted = ({ timeMs }: LoggedCheckpoint): boolean => timeMs >= this.#beganMs;
    const counted = pausesOf(checkpoints.filter(isCounted).slice(0, -1));
    const before = pausesOf(checkpoints.filter((checkpoint) => !isCounted(checkpoint)));
    return `p50 / p99 / max ${quantile(counted, 0.5)} / ${quantile(counted, 0.99)} / ${quantile(counted, 1)} ms of ${counted.length}, while it caught up at most ${quantile(before, 1)} ms of ${before.length}, at the stop ${(checkpoints.at(-1)?.pauseMs ?? 0).toFixed(1)} ms`;
  }

  #next(scrape: Scrape): void {
    this.#before = scrape;
    this.#beforeMs = performance.now();
  }
}

/** In ascending order, ms. */
function pausesOf(checkpoints: readonly LoggedCheckpoint[]): number[] {
  return checkpoints.map(({ pauseMs }) => pauseMs).toSorted((a, b) => a - b);
}

function quantile(ascending: readonly number[], q: number): string {
  const index = Math.min(ascending.length - 1, Math.floor(q * ascending.length));
  return (ascending[index] ?? 0).toFixed(1);
}

function grown(scrape: Scrape, since: Scrape, name: string): number {
  return scrape.value(name) - since.value(name);
}

function cores(scrape: Scrape, since: Scrape, seconds: number): string {
  const used = grown(scrape, since, 'process_cpu_seconds_total');
  return `${((used / seconds) * 100).toFixed(0)} %`;
}

function span(bytes: readonly number[]): string {
  return `${mib(Math.min(...bytes))} to ${mib(Math.max(...bytes))}`;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
