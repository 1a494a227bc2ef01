import { MetricDictionary, UNKNOWN_SLOT, type DeadLetter } from '@windrow/core';
import {
  MessageDecoder,
  RowBuffer,
  type Message,
  type MessageDecoderOptions,
} from '../../src/index.ts';

export const PRESSURE = '3ea26934-8464-54d1-86a6-70a5c7c9a5f3';
export const SPEED = '99baf78a-2bdf-534f-90e5-b58fd852c2c5';

export interface Decoded {
  /** `[id, timestamp, value]` a row. */
  readonly rows: readonly (readonly [string, number, number])[];
  readonly letters: readonly DeadLetter[];
}

export function message(
  data: string | Uint8Array,
  attributes: Record<string, string> = {},
): Message {
  return { bytes: typeof data === 'string' ? Buffer.from(data) : data, attributes };
}

/** What a decoder makes of messages, one after the other. */
export function decode(
  messages: readonly Message[],
  options: Partial<MessageDecoderOptions> = {},
  name: string | null = null,
): Decoded {
  const dictionary = options.dictionary ?? new MetricDictionary();
  const letters: DeadLetter[] = [];
  const decoder = new MessageDecoder({
    source: 'pubsub://p/s',
    reject: (letter) => letters.push(letter),
    ...options,
    dictionary,
  });
  const buffer = new RowBuffer(dictionary);
  for (const each of messages) decoder.decode(each, name, buffer);
  const { columns } = buffer;
  return {
    rows: Array.from({ length: columns.length }, (_, i) => [
      columns.slots[i] === UNKNOWN_SLOT ? 'unknown' : dictionary.text(columns.slots[i]!),
      columns.timestampsMs[i]!,
      columns.values[i]!,
    ]),
    letters,
  };
}

export function sample(id: string, timestampMs: number, value: number | null): string {
  return JSON.stringify({ metric_id: id, timestamp_ms: timestampMs, value });
}
