import { describe, expect, it } from 'vitest';
import {
  MESSAGE_BYTES_MAX,
  messageSize,
  publishLanes,
  type KeyedMessage,
} from '../../src/internal/publish-requests.ts';

function message(size: number, orderingKey = ''): KeyedMessage {
  return { bytes: new Uint8Array(size), attributes: {}, orderingKey };
}

function sizes(
  messages: readonly KeyedMessage[],
  limits: { messages: number; bytes: number },
): number[][] {
  return publishLanes(messages, limits, 'u').flatMap(({ requests }) =>
    requests.map((request) => request.map(({ bytes }) => bytes.length)),
  );
}

describe('requests to publish', () => {
  it('hold no more messages and bytes than they may, in order', () => {
    const messages = [1, 2, 3, 4, 5].map((size) => message(size));
    expect(sizes(messages, { messages: 2, bytes: 1e6 })).toEqual([[1, 2], [3, 4], [5]]);
    const two = messageSize(message(1)) + messageSize(message(2));
    expect(sizes(messages, { messages: 9, bytes: two })).toEqual([[1, 2], [3], [4], [5]]);
    expect(sizes([message(500), message(1)], { messages: 9, bytes: 10 })).toEqual([[500], [1]]);
    expect(sizes([], { messages: 9, bytes: 10 })).toEqual([]);
  });

  it('follow each other where messages have a key, and do not mix keys', () => {
    const messages = ['a', '', 'b', 'a', ''].map((key, i) => message(i, key));
    const lanes = publishLanes(messages, { messages: 1, bytes: 1e6 }, 'u');
    const shape = lanes.map(({ orderingKey, requests }) => [
      orderingKey,
      requests.map((request) => request.map(({ bytes }) => bytes.length)),
    ]);
    expect(shape).toEqual([
      ['a', [[0], [3]]],
      ['', [[1]]],
      ['', [[4]]],
      ['b', [[2]]],
    ]);
  });

  it('are not made of a message that Pub/Sub would not take', () => {
    const overhead = messageSize(message(0));
    expect(() =>
      publishLanes([message(MESSAGE_BYTES_MAX - overhead)], { messages: 1, bytes: 1 }, 'u'),
    ).not.toThrow();
    expect(() =>
      publishLanes([message(MESSAGE_BYTES_MAX)], { messages: 1, bytes: 1 }, 'u'),
    ).toThrow(
      /u: found a message of \d+ bytes, expected at most 9900000, since Pub\/Sub takes 10 MB/,
    );
  });

  it('count keys, attributes and the ordering key', () => {
    const plain = messageSize(message(10));
    expect(messageSize({ ...message(10, 'ü'), attributes: { ü: 'ab' } })).toBe(plain + 2 + 4 + 8);
  });
});
