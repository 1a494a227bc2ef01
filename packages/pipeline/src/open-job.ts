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
  parseUri,
  readDefinitions,
  type SinkOptions,
} from '@windrow/io';
import { createScorer, openModelStore, type ModelScorer } from '@windrow/scoring';

/** Opens a source of one scheme. It gets the whole URI, and the ids of the metrics that will be asked for. */
export type JobSourceFactory = (
  uri: string,
  metricIds?: readonly string[],
) => Source | Promise<Source>;

/** Opens a sink of predictions of one scheme. It gets the whole URI. */
export interface SinkFactory {
  readonly open: (uri: string) => Promise<Sink<PredictionBatch>>;
  /**
   * How it takes a backfill that goes on after it was killed: `whole`, everything again, which then takes the place of what was
   * there; `once`, never again after its commit; `stepwise`, slice by slice, since what was written cannot be taken back.
   */
  readonly takes: 'whole' | 'once' | 'stepwise';
}

/** An output that is open. */
export interface OpenSink {
  readonly sink: Sink<PredictionBatch>;
  readonly takes: SinkFactory['takes'];
}

/** What is known before models are loaded. */
export interface EarlyParts {
  readonly definitions: readonly Definition[];
  readonly source: Source;
}

export interface JobParts {
  /** Path of the definitions file, or the definitions themselves. */
  readonly definitions: string | readonly Definition[];
  /** Model store: a folder, `http(s)://...` or `gs://bucket/prefix`. */
  readonly models: string;
  /** Threads that run the models, or what chooses them; default 0: the calling thread does. */
  readonly workers?: number | ((parts: EarlyParts) => Promise<number>);
  readonly source: string;
  readonly sinks: readonly string[];
  readonly deadLetters: string | null;
  /** Sources beside `file:`, by scheme. */
  readonly factories: Readonly<Record<string, JobSourceFactory>>;
  /** Sinks of predictions beside `file:` and `log:`, by scheme. */
  readonly sinkFactories?: Readonly<Record<string, SinkFactory>>;
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
  readonly outputs: readonly OpenSink[];
  readonly deadLetters: Sink<readonly DeadLetter[]> | null;

  private constructor(opened: Omit<OpenJob, 'sinks' | 'commit' | 'close'>) {
    this.definitions = opened.definitions;
    this.scorer = opened.scorer;
    this.dictionary = opened.dictionary;
    this.source = opened.source;
    this.outputs = opened.outputs;
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
    const closing: (() => Promise<void>)[] = [];
    try {
      const metricIds = [...new Set(definitions.flatMap((d) => d.inputMetricIds))];
      const factories = Object.entries(parts.factories).map(([scheme, open]) => [
        scheme,
        (uri: string): Source | Promise<Source> => open(uri, metricIds),
      ]);
      const source = await openSource(parts.source, Object.fromEntries(factories));
      closing.push(() => source.close());
      const scorer = await openScorer(parts, { definitions, source });
      closing.push(() => scorer.close());
      const options = parts.log === undefined ? {} : { log: parts.log };
      const outputs: OpenSink[] = [];
      for (const uri of parts.sinks) {
        const output = await openOutput(uri, parts, options);
        closing.push(() => output.sink.abort());
        outputs.push(output);
      }
      const deadLetters =
        parts.deadLetters === null ? null : await openDeadLetterSink(parts.deadLetters, options);
      const dictionary = MetricDictionary.of(metricIds);
      return new OpenJob({ definitions, scorer, dictionary, source, outputs, deadLetters });
    } catch (error) {
      for (const close of closing.toReversed()) await close();
      throw error;
    }
  }

  get sinks(): readonly Sink<PredictionBatch>[] {
    return this.outputs.map(({ sink }) => sink);
  }

  /**
   * Shows the outputs under their final names.
   * @param outputs default: all
   * @param onCommitted told of each sink of predictions that is complete
   */
  async commit(
    outputs: readonly OpenSink[] = this.outputs,
    onCommitted: (output: OpenSink) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    for (const output of outputs) {
      await output.sink.commit();
      await onCommitted(output);
    }
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

async function openScorer(parts: JobParts, early: EarlyParts): Promise<ModelScorer> {
  const { workers = 0, nowMs } = parts;
  return createScorer(early.definitions, await openModelStore(parts.models), {
    nowMs,
    // However a run is cut into slices, it gives the same bytes.
    reproducible: true,
    workers: typeof workers === 'number' ? workers : await workers(early),
  });
}

async function openOutput(uri: string, parts: JobParts, options: SinkOptions): Promise<OpenSink> {
  const factories = parts.sinkFactories ?? {};
  const { scheme } = parseUri(uri);
  const factory = Object.hasOwn(factories, scheme) ? factories[scheme] : undefined;
  return factory === undefined
    ? {
        sink: await openPredictionSink(uri, { ...options, otherSchemes: Object.keys(factories) }),
        takes: 'whole',
      }
    : { sink: await factory.open(uri), takes: factory.takes };
}
