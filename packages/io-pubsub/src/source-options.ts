/** The options of a subscription as a source, with their defaults. */
import {
  MESSAGE_FORMS,
  SAMPLE_FIELDS,
  parseSampleFields,
  type MessageForm,
  type SampleFields,
} from '@windrow/io';
import { UriOptions, whole } from './internal/uri-options.ts';
import { parsePubSubUri, type PubSubUri } from './pubsub-uri.ts';

export interface SourceOptions {
  readonly uri: PubSubUri;
  /**
   * Most messages in hand: received and not yet acknowledged (100,000). They are held until a checkpoint, so this is at least
   * messages a second times the seconds between checkpoints, and twice that is better.
   */
  readonly maxMessages: number;
  /** Most bytes of messages in hand (128 MiB). One message larger than that is still taken, alone. */
  readonly maxBytes: number;
  /** Streams that are open at a time (2); Google gives each about 10 MB/s. */
  readonly streams: number;
  /** The form of every message, whatever its attributes say; null: by attributes, else by content. */
  readonly form: MessageForm | null;
  readonly fields: SampleFields;
  /** How long the server waits for a sign of life before it delivers a message in hand again (60 s). */
  readonly leaseMs: number;
  /** Without a message for so long, the subscription is asked whether it has any; if so, the streams are opened anew (60 s). */
  readonly silenceMs: number;
  /** How long an error that may pass is retried: the waits between attempts add up to this (600 s). */
  readonly retryMs: number;
  /** How long a delivery waits for more messages (20 ms). */
  readonly lingerMs: number;
  /** `host:port` instead of Google's; in plain text unless it is Google's. */
  readonly endpoint: string | null;
}

const DAY_S = 86_400;

/** @throws WindrowError USAGE, naming the option, what was found and what is expected */
export function parseSourceOptions(text: string): SourceOptions {
  const uri = parsePubSubUri(text, 'subscription');
  const options = new UriOptions(uri);
  const fields = options.text('fields');
  const form = options.choice('form', 'any', ['any', ...MESSAGE_FORMS]);
  const parsed: SourceOptions = {
    uri,
    maxMessages: options.number('max_messages', 100_000, whole(1, 10_000_000)),
    maxBytes: options.number('max_bytes', 128 << 20, whole(1, 2 ** 36)),
    streams: options.number('streams', 2, whole(1, 64)),
    form: form === 'any' ? null : form,
    fields: fields === null ? SAMPLE_FIELDS : parseSampleFields(fields, `${text}: fields`),
    leaseMs: options.number('lease_s', 60, whole(10, 600)) * 1000,
    silenceMs: options.number('silence_s', 60, { least: 0.05, most: DAY_S, isWhole: false }) * 1000,
    retryMs: options.number('retry_s', 600, { least: 0, most: DAY_S, isWhole: false }) * 1000,
    lingerMs: options.number('linger_ms', 20, whole(0, 10_000)),
    endpoint: options.text('endpoint'),
  };
  options.end();
  return parsed;
}
