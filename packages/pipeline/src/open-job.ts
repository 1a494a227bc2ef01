/**
 * The parts of a job by name: definitions, models, source, sinks, dead letters; opened in the order in which they can
 * refuse, so that nothing exists of any output before definitions and models are known to be right.
 */
import {
  MetricDictionary,
  type DeadLetter,
  type Definition,
  type PredictionBatch,
  type Sink,
  type Source,
} from '@windrow/core';
import {
  openDeadLetterSink,
  openPredictionSink,
  openSource,
  readDefinitions,
  type SinkOptions,
  type SourceFactory,
} from '@windrow/io';
import { createScorer, openModelStore, type ModelScorer } from '@windrow/scoring';

export interface JobParts {
  /** Path of the definitions file, or the definitions themselves. */
  readonly definitions: string | readonly Definition[];
  /** Model store: a folder, `http(s)://...` or `gs://bucket/prefix`. */
  readonly models: string;
  /** Threads that run the models; default 0: the calling thread does. */
  readonly workers?: number;
  readonly source: string;
  readonly sinks: readonly string[];
  readonly deadLetters: string | null;
  /** Sources beside `file:`, by scheme. */
  readonly factories: Readonly<Record<string, SourceFactory>>;
  /** Where `log:` writes. */
  readonly log: SinkOptions['log'];
  readonly nowMs: () => number;
}

export class OpenJob {
  readonly definitions: readonly Definition[];
  readonly scorer: ModelScorer;
  /** Closed over the inputs of all definitions. */
  readonly dictionary: MetricDictionary;
  readonly source: Source;
  readonly sinks: readonly Sink<PredictionBatch>[];
  readonly deadLetters: Sink<readonly DeadLetter[]> | null;

  private constructor(opened: Omit<OpenJob, 'commit' | 'close'>) {
    this.definitions = opened.definitions;
    this.scorer = opened.scorer;
    this.dictionary = opened.dictionary;
    this.source = opened.source;
    this.sinks = opened.sinks;
    this.deadLetters = opened.deadLetters;
  }

  /**
   * Opens everything, or nothing.
   * @throws WindrowError DEFINITION, MODEL, USAGE, INPUT, OUTPUT as the parts do
   */
  static async open(parts: JobParts): Promise<OpenJob> {
    const definitions =
      typeof parts.definitions === 'string'
        ? (await readDefinitions(parts.definitions)).definitions
        : parts.definitions;
    const scorer = await createScorer(definitions, await openModelStore(parts.models), {
      nowMs: parts.nowMs,
      workers: parts.workers ?? 0,
    });
    const opened: Sink<unknown>[] = [];
    const options = parts.log === undefined ? {} : { log: parts.log };
    let source: Source | null = null;
    try {
      source = await openSource(parts.source, parts.factories);
      const sinks: Sink<PredictionBatch>[] = [];
      for (const uri of parts.sinks) {
        const sink = await openPredictionSink(uri, options);
        opened.push(sink);
        sinks.push(sink);
      }
      const deadLetters =
        parts.deadLetters === null ? null : await openDeadLetterSink(parts.deadLetters, options);
      const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
      return new OpenJob({ definitions, scorer, dictionary, source, sinks, deadLetters });
    } catch (error) {
      for (const sink of opened) await sink.abort();
      await source?.close();
      await scorer.close();
      throw error;
    }
  }

  /** Shows the outputs under their final names. */
  async commit(): Promise<void> {
    for (const sink of this.sinks) await sink.commit();
    await this.deadLetters?.commit();
  }

  /** Releases everything; outputs that were not committed are gone. */
  async close(): Promise<void> {
    for (const sink of this.sinks) await sink.abort();
    await this.deadLetters?.abort();
    await this.source.close();
    await this.scorer.close();
  }
}
