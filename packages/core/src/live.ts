/**
 * The contracts of what runs for months: sources whose deliveries are acknowledged, sinks that are durable batch by batch, and a
 * place for checkpoints. Each has a suite in `test/` that every implementation passes.
 */
import type { DeadLetter } from './contracts.ts';
import type { MetricDictionary } from './metric-dictionary.ts';
import type { SampleBatch } from './sample-batch.ts';

/** Samples that came together. */
export interface Delivery {
  /** In order of arrival; may be empty (every message of the delivery was rejected). Valid until the next one is asked for. */
  readonly batch: SampleBatch;
  /** 1, 2, 3, ... in order of delivery since the source was opened: what `acknowledge` names. */
  readonly sequence: number;
  /**
   * Where reading goes on after this delivery: `LiveReadOptions.resumeAt` of the next start. null where the server remembers what
   * was acknowledged, and delivers the rest again in any order (Pub/Sub).
   */
  readonly position: string | null;
}

export interface LiveReadOptions {
  /** Closed over the metrics that are asked for; more may be admitted while reading. */
  readonly dictionary: MetricDictionary;
  /** Takes each message or row that cannot be read, before the delivery it came with is handed over. */
  readonly reject: (letter: DeadLetter) => void;
  /** The `position` of the last delivery that a checkpoint holds; null: from the beginning, or as the server remembers. */
  readonly resumeAt: string | null;
  /** Ends the iteration after the delivery in hand: what was not handed over is given back. */
  readonly signal: AbortSignal;
}

/** How a source or sink stands, for operators. Counters never go back. */
export interface LiveStatus {
  readonly uri: string;
  /** `ready`: it works, or waits for what comes; `failed`: it gave up, and the job cannot go on with it. */
  readonly state: 'opening' | 'ready' | 'retrying' | 'ended' | 'failed';
  /** Last error, also one that was overcome. */
  readonly error: string | null;
  /** By name, in snake_case without unit prefix, such as `messages`, `bytes`, `unacknowledged`, `reopened`, `redelivered`. */
  readonly counters: Readonly<Record<string, number>>;
}

/** A source that is read as it comes. */
export interface LiveSource {
  readonly uri: string;
  /**
   * The samples in order of arrival; called once. It ends where the source ends (a file, standard input) or `signal` says. It is not
   * asked for more than can be held: what waits unread or unacknowledged is bounded by the source's own options.
   * @throws WindrowError INPUT when the source fails for good, after what it did about it
   */
  deliveries(options: LiveReadOptions): AsyncIterable<Delivery>;
  /** A checkpoint holds what all deliveries up to and including `sequence` changed: they need not come again. */
  acknowledge(sequence: number): Promise<void>;
  status(): LiveStatus;
  /** Settles the acknowledgements under way and releases everything. What was not acknowledged comes again. */
  close(): Promise<void>;
}

/** A sink that is durable batch by batch, and takes the same batch twice without harm (predictions have names). */
export interface LiveSink<T> {
  readonly uri: string;
  /**
   * Resolves when the outside holds the whole batch, so that it need never be published again; until then the batch is the sink's.
   * Transient errors are retried inside. Batches are published one after the other.
   * @throws WindrowError OUTPUT when it will not work by trying again
   */
  publish(batch: T): Promise<void>;
  status(): LiveStatus;
  /** The job was stopped, or has failed, and is to go on later: `close` may leave what is not over yet to the next start. */
  hold?(): void;
  /** Completes what is open, as at the end of a finite input. */
  close(): Promise<void>;
}

/** A value in a blob store. */
export interface BlobInfo {
  /** Below the store's root, with `/` between parts. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** Named values, each written whole or not at all, durable when `put` resolves: a folder, a prefix of an object store. */
export interface BlobStore {
  readonly uri: string;
  /** @throws WindrowError OUTPUT where it cannot be written, after retries */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** @throws WindrowError INPUT where there is none of that name, or it cannot be read */
  get(name: string): Promise<Uint8Array>;
  /** In ascending order of names (code units). */
  list(prefix: string): Promise<readonly BlobInfo[]>;
  /** Does nothing where there is none of that name. */
  delete(name: string): Promise<void>;
}
