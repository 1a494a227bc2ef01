import { describe, expect, it } from 'vitest';
import { parseDeadLetterTopic, parsePredictionTopic } from '../src/sink-options.ts';

const URI = 'pubsub://my-project/predictions';

describe('options of a topic', () => {
  it('have defaults', () => {
    const shared = { batchMessages: 1000, batchBytes: 8_388_608, requests: 4, retryMs: 600_000 };
    expect(parsePredictionTopic(URI)).toMatchObject({
      ...shared,
      form: 'json',
      pack: 1,
      isOrdered: false,
    });
    expect(parseDeadLetterTopic(URI)).toMatchObject(shared);
  });

  it('are read from the URI', () => {
    const query =
      'form=records&pack=50&ordering=line_id&batch_messages=10&batch_bytes=100&requests=1';
    expect(parsePredictionTopic(`${URI}?${query}`)).toMatchObject({
      form: 'records',
      pack: 50,
      isOrdered: true,
      batchMessages: 10,
      batchBytes: 100,
      requests: 1,
    });
  });

  it('are refused where nobody knows them', () => {
    expect(() => parseDeadLetterTopic(`${URI}?pack=2`)).toThrow(/found the option "pack"/);
    expect(() => parsePredictionTopic(`${URI}?batch_messages=1001`)).toThrow(/between 1 and 1000/);
    expect(() => parsePredictionTopic(`${URI}?ordering=time`)).toThrow(/one of none, line_id/);
  });
});
