/** Sinks of predictions and of dead letters by scheme. What needs the client of a cloud is loaded when it is asked for. */
import type { DeadLetter, LiveSink, PredictionBatch, Sink } from '@windrow/core';
import {
  openDeadLetterSink,
  openLiveDeadLetterSink,
  openLivePredictionSink,
  openPredictionSink,
  parseUri,
} from '@windrow/io';
import { FiniteSink } from '@windrow/pipeline';
import { pubSubEnvironment, type Outside } from './outside.ts';

export interface Output<T> {
  readonly sink: LiveSink<T>;
  /** What is shown whole at the end or not at all; null: what was published is there. */
  readonly whole: Sink<T> | null;
}

/** @throws WindrowError USAGE for an unknown scheme or option, OUTPUT where it cannot be written */
export async function openOutput(uri: string, outside: Outside): Promise<Output<PredictionBatch>> {
  const { scheme } = parseUri(uri);
  if (scheme === 'file') return shownWhole(await openPredictionSink(uri));
  if (scheme === 'gs') {
    const { gcsSink } = await import('@windrow/io-gcs');
    return shownWhole(await gcsSink(uri));
  }
  const sink = await openLivePredictionSink(uri, {
    log: outside.stdout,
    nowMs: () => outside.terminal.nowMs(),
    elsewhere: ['file', 'gs'],
    factories: {
      pubsub: async (text) => {
        const { openPubSubPredictionSink } = await import('@windrow/io-pubsub');
        return openPubSubPredictionSink(text, pubSubEnvironment(outside));
      },
    },
  });
  return { sink, whole: null };
}

/**
 * @param isReplay every source ends and nothing is kept: a file is then of this run alone, as those of predictions are
 * @throws WindrowError USAGE for an unknown scheme or option, OUTPUT where it cannot be written
 */
export async function openLetters(
  uri: string,
  isReplay: boolean,
  outside: Outside,
): Promise<Output<readonly DeadLetter[]>> {
  if (isReplay && parseUri(uri).scheme === 'file') return shownWhole(await openDeadLetterSink(uri));
  const sink = await openLiveDeadLetterSink(uri, {
    log: outside.stdout,
    nowMs: () => outside.terminal.nowMs(),
    factories: {
      pubsub: async (text) => {
        const { openPubSubDeadLetterSink } = await import('@windrow/io-pubsub');
        return openPubSubDeadLetterSink(text, pubSubEnvironment(outside));
      },
    },
  });
  return { sink, whole: null };
}

/** The job writes, and whoever opened the sink shows it or takes it back. */
function shownWhole<T>(whole: Sink<T>): Output<T> {
  const writing: Sink<T> = {
    uri: whole.uri,
    write: (batch) => whole.write(batch),
    commit: nothing,
    abort: nothing,
  };
  return { sink: new FiniteSink(writing), whole };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** Shows outputs, or takes them back. */
export async function settleOutputs(
  outputs: readonly Output<never>[],
  isShown: boolean,
): Promise<void> {
  for (const { whole } of outputs) await (isShown ? whole?.commit() : whole?.abort());
}
