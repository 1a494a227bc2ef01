/** Messages put together into requests that Pub/Sub takes. */
import { WindrowError } from '@windrow/core';
import type { Message } from '@windrow/io';

/** Pub/Sub takes 10 MB, of which the frame around the bytes takes some. */
export const MESSAGE_BYTES_MAX = 9_900_000;
/** Keys, lengths and tags around a message. */
const FRAME_BYTES = 64;

export interface RequestLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** Messages with their ordering key: empty where they have none. */
export interface KeyedMessage extends Message {
  readonly orderingKey: string;
}

/** Messages of one ordering key, whose requests follow each other. */
export interface Lane {
  readonly orderingKey: string;
  readonly requests: readonly (readonly KeyedMessage[])[];
}

/**
 * Requests within the limits, in the order of the messages; a message beyond the limit of bytes goes alone. Messages with an
 * ordering key are in the lane of that key, each of the others' requests in a lane of its own.
 * @param uri named in messages
 * @throws WindrowError OUTPUT where Pub/Sub would not take a message: nothing has been published then
 */
export function publishLanes(
  messages: readonly KeyedMessage[],
  limits: RequestLimits,
  uri: string,
): Lane[] {
  const byKey = new Map<string, KeyedMessage[]>();
  for (const message of messages) {
    checkSize(message, uri);
    const same = byKey.get(message.orderingKey);
    if (same === undefined) byKey.set(message.orderingKey, [message]);
    else same.push(message);
  }
  const lanes: Lane[] = [];
  for (const [orderingKey, same] of byKey) {
    const requests = [...requestsOf(same, limits)];
    if (orderingKey !== '') lanes.push({ orderingKey, requests });
    else lanes.push(...requests.map((request) => ({ orderingKey, requests: [request] })));
  }
  return lanes;
}

/** Bytes of a message in a request, a little more than less. */
export function messageSize({ bytes, attributes, orderingKey }: KeyedMessage): number {
  let size = bytes.length + FRAME_BYTES + Buffer.byteLength(orderingKey);
  for (const [key, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(key) + Buffer.byteLength(value) + 8;
  }
  return size;
}

function checkSize(message: KeyedMessage, uri: string): void {
  const size = messageSize(message);
  if (size <= MESSAGE_BYTES_MAX) return;
  throw new WindrowError(
    'OUTPUT',
    `${uri}: found a message of ${size} bytes, expected at most ${MESSAGE_BYTES_MAX}, since Pub/Sub takes 10 MB: put fewer predictions into one (pack)`,
  );
}

function* requestsOf(
  messages: readonly KeyedMessage[],
  limits: RequestLimits,
): Generator<readonly KeyedMessage[]> {
  let start = 0;
  let bytes = 0;
  for (const [i, message] of messages.entries()) {
    const size = messageSize(message);
    if (i > start && (i - start >= limits.messages || bytes + size > limits.bytes)) {
      yield messages.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < messages.length) yield messages.slice(start);
}
