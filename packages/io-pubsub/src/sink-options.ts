/** The options of a topic as a sink, with their defaults. */
import { UriOptions, whole } from './internal/uri-options.ts';
import { parsePubSubUri, type PubSubUri } from './pubsub-uri.ts';

export interface TopicOptions {
  readonly uri: PubSubUri;
  /** Most messages in one request (1000, which is Pub/Sub's limit). */
  readonly batchMessages: number;
  /** Most bytes in one request (8 MiB; Pub/Sub takes 10 MB). */
  readonly batchBytes: number;
  /** Requests under way at a time (4); with an ordering key, one for each key. */
  readonly requests: number;
  /** How long an error that may pass is retried: the waits between attempts add up to this (600 s). */
  readonly retryMs: number;
  /** `host:port` instead of Google's; in plain text unless it is Google's. */
  readonly endpoint: string | null;
}

export interface PredictionTopicOptions extends TopicOptions {
  readonly form: 'json' | 'records';
  /** Predictions a message (1). */
  readonly pack: number;
  /** Messages of one line keep their order: its id is their ordering key. */
  readonly isOrdered: boolean;
}

const REQUEST_MESSAGES_MAX = 1000;
const REQUEST_BYTES_MAX = 9_500_000;
const PACK_MAX = 1000;

/** @throws WindrowError USAGE, naming the option, what was found and what is expected */
export function parsePredictionTopic(text: string): PredictionTopicOptions {
  const uri = parsePubSubUri(text, 'topic');
  const options = new UriOptions(uri);
  const parsed: PredictionTopicOptions = {
    ...readTopic(uri, options),
    form: options.choice('form', 'json', ['json', 'records']),
    pack: options.number('pack', 1, { least: 1, most: PACK_MAX, isWhole: true }),
    isOrdered: options.choice('ordering', 'none', ['none', 'line_id']) === 'line_id',
  };
  options.end();
  return parsed;
}

/** @throws WindrowError USAGE, naming the option, what was found and what is expected */
export function parseDeadLetterTopic(text: string): TopicOptions {
  const uri = parsePubSubUri(text, 'topic');
  const options = new UriOptions(uri);
  const parsed = readTopic(uri, options);
  options.end();
  return parsed;
}

function readTopic(uri: PubSubUri, options: UriOptions): TopicOptions {
  return {
    uri,
    batchMessages: options.number(
      'batch_messages',
      REQUEST_MESSAGES_MAX,
      whole(1, REQUEST_MESSAGES_MAX),
    ),
    batchBytes: options.number('batch_bytes', 8 << 20, whole(1, REQUEST_BYTES_MAX)),
    requests: options.number('requests', 4, whole(1, 64)),
    retryMs: options.number('retry_s', 600, { least: 0, most: 86_400, isWhole: false }) * 1000,
    endpoint: options.text('endpoint'),
  };
}
