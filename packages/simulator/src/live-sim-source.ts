/**
 * A simulation by the clock: each sample is delivered when its time has come, such as by gateways that send every tick. It begins now, or
 * `history_s` ago, or at its `start` (what is due by then comes at once), and ends at its end, or never. The same samples as of any other simulation of
 * these lines at these times.
 *
 * A position is the time of arrival at which reading goes on, so what fell due while nobody read comes with the next start, once.
 */
import {
  WindrowError,
  found,
  type Delivery,
  type LiveReadOptions,
  type LiveSource,
  type LiveStatus,
} from '@windrow/core';
import { sampleTicks } from './internal/sample-ticks.ts';
import { SeriesSlots } from './internal/series-slots.ts';
import { delayTicksMax, endTick, intervalMs, startTick, type SimOptions } from './sim-options.ts';
import { parseLiveSimUri } from './sim-uri.ts';

/** Time, given from outside. */
export interface SimClock {
  /** ms since the Unix epoch; may be set back. */
  wallMs(): number;
  /** Resolves after so many ms, or as soon as `signal` is aborted; it never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Where reading goes on, ms since the epoch. */
interface Position {
  /** Time of arrival. */
  readonly fromMs: number;
  /** When the simulation began. */
  readonly startMs: number;
}

/** The simulation of a URI such as `sim://extrusion?lines=4&live=true`. */
export class LiveSimSource implements LiveSource {
  readonly uri: string;
  /** Whether it ends by itself. */
  readonly hasEnd: boolean;
  readonly #clock: SimClock;
  #state: LiveStatus['state'] = 'ready';
  #samples = 0;
  #sequence = 0;
  #acknowledged = 0;

  /** @throws WindrowError USAGE where the URI asks for what there is not */
  constructor(uri: string, clock: SimClock) {
    this.uri = uri;
    this.hasEnd = parseLiveSimUri(uri, clock.wallMs()).hasEnd;
    this.#clock = clock;
  }

  /** @throws WindrowError INPUT where `resumeAt` is the position of another source */
  async *deliveries({ dictionary, resumeAt, signal }: LiveReadOptions): AsyncGenerator<Delivery> {
    const resumed = resumeAt === null ? null : parsePosition(resumeAt, this.uri);
    const { options } = parseLiveSimUri(this.uri, resumed?.startMs ?? this.#clock.wallMs());
    const interval = intervalMs(options);
    const sent = { from: startTick(options), to: endTick(options) };
    const end = sent.to + delayTicksMax(options);
    let from = resumed === null ? sent.from : Math.ceil(resumed.fromMs / interval);
    const ticks = sampleTicks(options, new SeriesSlots(options, dictionary), sent, from);
    while (from < end && !signal.aborted) {
      const to = Math.min(this.#dueTick(options), end);
      if (to <= from) {
        const dueMs = from * interval + options.jitterMs;
        await this.#clock.sleep(Math.max(1, dueMs - this.#clock.wallMs()), signal);
        continue;
      }
      for (const batch of ticks.read({ from, to })) {
        this.#samples += batch.length;
        const { startMs } = options;
        const position = formatPosition({ fromMs: ticks.next * interval, startMs });
        yield { batch, sequence: ++this.#sequence, position };
        if (signal.aborted) return;
      }
      from = to;
    }
    if (from >= end) this.#state = 'ended';
  }

  acknowledge(sequence: number): Promise<void> {
    this.#acknowledged = sequence;
    return Promise.resolve();
  }

  status(): LiveStatus {
    const counters = {
      samples: this.#samples,
      unacknowledged: this.#sequence - this.#acknowledged,
    };
    return { uri: this.uri, state: this.#state, error: null, counters };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The first tick that is not due yet. A timestamp may be `jitterMs` after its tick, and nothing comes before its time. */
  #dueTick(options: SimOptions): number {
    return Math.floor((this.#clock.wallMs() - options.jitterMs) / intervalMs(options)) + 1;
  }
}

function formatPosition({ fromMs, startMs }: Position): string {
  return `${fromMs} of ${startMs}`;
}

function parsePosition(text: string, uri: string): Position {
  const [, fromMs, startMs] = /^(-?\d+) of (-?\d+)$/.exec(text) ?? [];
  if (fromMs !== undefined) return { fromMs: Number(fromMs), startMs: Number(startMs) };
  throw new WindrowError(
    'INPUT',
    `${uri}: found the position ${found(text)}, expected one such as ${formatPosition({ fromMs: 1767571201000, startMs: 1767571200000 })}; it is the position of another source`,
  );
}
