/** Reads a live source for a test: who gave which value when. */
import { MetricDictionary, type DeadLetter, type LiveSource } from '@windrow/core';
import { openPubSubSource, type PubSubEnvironment } from '@windrow/io-pubsub';
import { PROJECT } from './pubsub-admin.ts';

export const METRIC = '3ea26934-8464-54d1-86a6-70a5c7c9a5f3';

export interface Handed {
  readonly sequence: number;
  readonly values: readonly number[];
}

export function environment(host: string): PubSubEnvironment {
  return { random: () => 0.5, emulatorHost: host };
}

/** A message of one sample for each value. */
export function messages(values: readonly number[]): { data: Buffer }[] {
  return values.map((value) => ({
    data: Buffer.from(JSON.stringify({ metric_id: METRIC, timestamp_ms: 1000 + value, value })),
  }));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

export function openSource(host: string, subscription: string, query = ''): LiveSource {
  return openPubSubSource(`pubsub://${PROJECT}/${subscription}?${query}`, environment(host));
}

/** A source that is being read, in the background. */
export class Reading {
  readonly source: LiveSource;
  readonly handed: Handed[] = [];
  /** Of all deliveries, in order. */
  readonly values: number[] = [];
  readonly letters: DeadLetter[] = [];
  /** Ended, by its end or an error. */
  readonly done: Promise<void>;
  readonly #stop: AbortController = new AbortController();
  readonly #handle: (handed: Handed) => Promise<void> | void;
  #wake: () => void = () => undefined;

  constructor(
    source: LiveSource,
    handle: (handed: Handed) => Promise<void> | void = () => undefined,
  ) {
    this.source = source;
    this.#handle = handle;
    this.done = this.#read();
    // Whoever awaits it sees the error.
    this.done.catch(() => this.#wake());
  }

  /** Resolves when so many values were handed over. */
  async until(count: number): Promise<void> {
    await this.untilTrue(() => this.values.length >= count);
  }

  /** Looks again at each delivery, and now and then. */
  async untilTrue(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 10);
      });
    }
  }

  /** Ends the iteration, and closes the source. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.done;
    await this.source.close();
  }

  async #read(): Promise<void> {
    const deliveries = this.source.deliveries({
      dictionary: MetricDictionary.of([METRIC]),
      reject: (letter) => this.letters.push(letter),
      resumeAt: null,
      signal: this.#stop.signal,
    });
    for await (const { batch, sequence } of deliveries) {
      const handed = { sequence, values: [...batch.values.subarray(0, batch.length)] };
      this.handed.push(handed);
      this.values.push(...handed.values);
      await this.#handle(handed);
      this.#wake();
    }
  }
}
