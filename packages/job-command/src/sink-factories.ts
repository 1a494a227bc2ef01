/** Sinks of predictions by scheme, beside files and `log:`. Clients are loaded when they are asked for. */
import type { Terminal } from '@windrow/cli';
import type { LiveSink, PredictionBatch, Sink } from '@windrow/core';
import type { SinkFactory } from '@windrow/pipeline';

export function sinkFactories(terminal: Terminal): Readonly<Record<string, SinkFactory>> {
  return {
    gs: {
      takes: 'whole',
      open: async (uri) => (await import('@windrow/io-gcs')).gcsSink(uri),
    },
    bigquery: {
      takes: 'once',
      open: async (uri) => {
        const { bigQueryEndpoints, openBigQueryPredictions } = await import('@windrow/io-bigquery');
        const endpoints = bigQueryEndpoints(terminal.env);
        return openBigQueryPredictions(uri, { endpoints, nowMs: () => terminal.nowMs() });
      },
    },
    pubsub: {
      takes: 'stepwise',
      open: async (uri) => {
        const { openPubSubPredictionSink } = await import('@windrow/io-pubsub');
        const emulatorHost = terminal.env['PUBSUB_EMULATOR_HOST'] ?? null;
        // The fraction of a millisecond is chance enough to spread retries.
        const random = (): number => terminal.elapsedMs() % 1;
        return sinkOf(openPubSubPredictionSink(uri, { random, emulatorHost }));
      },
    },
  };
}

/** A live sink in a run that ends: what is written is durable at once, and cannot be taken back. */
function sinkOf(live: LiveSink<PredictionBatch>): Sink<PredictionBatch> {
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await live.close();
  };
  return { uri: live.uri, write: (batch) => live.publish(batch), commit: close, abort: close };
}
