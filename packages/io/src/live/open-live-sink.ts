/** Live sinks by URI. */
import type { Writable } from 'node:stream';
import { WindrowError, type DeadLetter, type LiveSink, type PredictionBatch } from '@windrow/core';
import { NdjsonEncoder } from '../files/encode/ndjson-encoder.ts';
import { deadLetterTable } from '../tables/dead-letter-table.ts';
import { predictionTable } from '../tables/prediction-table.ts';
import { parseUri } from '../uri.ts';
import { LetterFileSink } from './letter-file-sink.ts';
import { LiveLogSink } from './live-log-sink.ts';
import { WindowedFilesSink } from './windowed/windowed-files-sink.ts';

/** Opens a live sink of one scheme. It gets the whole URI. */
export type LiveSinkFactory<Batch> = (uri: string) => Promise<LiveSink<Batch>>;

export interface LiveSinkOptions<Batch> {
  /** Where `log:` writes; without it that scheme is refused. */
  readonly log?: Writable;
  /** Wall clock, ms since 1970. */
  readonly nowMs: () => number;
  /** By scheme, without the colon; they come before the known ones. */
  readonly factories?: Readonly<Record<string, LiveSinkFactory<Batch>>>;
  /** Schemes that the caller opens by other ways: they are named beside those that are known here. */
  readonly elsewhere?: readonly string[];
}

/**
 * Opens a live sink of predictions: `files:DIR?...`, `log:`, or a scheme of the factories.
 * @throws WindrowError USAGE for an unknown scheme or option, OUTPUT where it cannot be written
 */
export function openLivePredictionSink(
  uri: string,
  options: LiveSinkOptions<PredictionBatch>,
): Promise<LiveSink<PredictionBatch>> {
  return openLiveSink(uri, options, 'predictions', {
    files: (text) => WindowedFilesSink.open(text, options),
    ...logFactory(
      options.log,
      (log) => new LiveLogSink(uri, log, new NdjsonEncoder(predictionTable)),
    ),
  });
}

/**
 * Opens a live sink of dead letters: `file:PATH.ndjson?...` or a bare path, `log:`, or a scheme of the factories.
 * @throws WindrowError USAGE for an unknown scheme or option, OUTPUT where it cannot be written
 */
export function openLiveDeadLetterSink(
  uri: string,
  options: LiveSinkOptions<readonly DeadLetter[]>,
): Promise<LiveSink<readonly DeadLetter[]>> {
  return openLiveSink(uri, options, 'dead letters', {
    file: (text) => LetterFileSink.open(text),
    ...logFactory(
      options.log,
      (log) => new LiveLogSink(uri, log, new NdjsonEncoder(deadLetterTable)),
    ),
  });
}

function logFactory<Batch>(
  log: Writable | undefined,
  open: (log: Writable) => LiveSink<Batch>,
): Readonly<Record<string, LiveSinkFactory<Batch>>> {
  return log === undefined ? {} : { log: () => Promise.resolve(open(log)) };
}

function openLiveSink<Batch>(
  uri: string,
  options: LiveSinkOptions<Batch>,
  what: string,
  own: Readonly<Record<string, LiveSinkFactory<Batch>>>,
): Promise<LiveSink<Batch>> {
  const factories = { ...own, ...options.factories };
  const { scheme } = parseUri(uri);
  const factory = Object.hasOwn(factories, scheme) ? factories[scheme] : undefined;
  if (factory !== undefined) return factory(uri);
  const known = [...Object.keys(factories), ...(options.elsewhere ?? [])]
    .toSorted()
    .map((name) => `${name}:`)
    .join(', ');
  return Promise.reject(
    new WindrowError(
      'USAGE',
      `${uri}: found the scheme ${scheme}:, expected one of ${known} for ${what}`,
    ),
  );
}
