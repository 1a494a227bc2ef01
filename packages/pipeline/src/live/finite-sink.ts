/** A sink that is shown whole or not at all, as the sink of a live job whose sources end. */
import type { LiveSink, LiveStatus, Sink } from '@windrow/core';

/**
 * What was published is durable only when `close` has completed the output, so it is no sink for a job with checkpoints: the job
 * refuses it. Where the job fails it is abandoned instead of closed, and leaves nothing behind.
 */
export class FiniteSink<T> implements LiveSink<T> {
  readonly uri: string;
  readonly #sink: Sink<T>;
  #state: LiveStatus['state'] = 'ready';
  #error: string | null = null;
  #batches = 0;

  constructor(sink: Sink<T>) {
    this.uri = sink.uri;
    this.#sink = sink;
  }

  async publish(batch: T): Promise<void> {
    try {
      await this.#sink.write(batch);
    } catch (error) {
      this.#state = 'failed';
      this.#error = error instanceof Error ? error.message : String(error);
      throw error;
    }
    this.#batches++;
  }

  status(): LiveStatus {
    const counters = { batches: this.#batches };
    return { uri: this.uri, state: this.#state, error: this.#error, counters };
  }

  /** Shows the output. */
  async close(): Promise<void> {
    await this.#sink.commit();
    this.#state = 'ended';
  }

  /** Leaves nothing behind. */
  abort(): Promise<void> {
    return this.#sink.abort();
  }
}
