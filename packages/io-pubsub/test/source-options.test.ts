import { describe, expect, it } from 'vitest';
import { parseSourceOptions } from '../src/source-options.ts';

const URI = 'pubsub://my-project/readings';

describe('options of a subscription', () => {
  it('have defaults', () => {
    expect(parseSourceOptions(URI)).toMatchObject({
      maxMessages: 100_000,
      maxBytes: 134_217_728,
      streams: 2,
      form: null,
      fields: { metricId: 'metric_id', value: 'value' },
      leaseMs: 60_000,
      silenceMs: 60_000,
      retryMs: 600_000,
      lingerMs: 20,
      endpoint: null,
    });
  });

  it('are read from the URI', () => {
    const query =
      'max_messages=7&max_bytes=8&streams=3&form=records&fields=value%3Dv&lease_s=10&silence_s=0.5&retry_s=0&linger_ms=0&endpoint=localhost:8085';
    expect(parseSourceOptions(`${URI}?${query}`)).toMatchObject({
      maxMessages: 7,
      maxBytes: 8,
      streams: 3,
      form: 'records',
      fields: { metricId: 'metric_id', value: 'v' },
      leaseMs: 10_000,
      silenceMs: 500,
      retryMs: 0,
      lingerMs: 0,
      endpoint: 'localhost:8085',
    });
    expect(parseSourceOptions(`${URI}?form=any`).form).toBeNull();
  });

  it('are refused where they say nothing, or twice, or too much', () => {
    for (const [query, message] of [
      ['max_messages=0', /max_messages: found "0", expected a whole number between 1 and 10000000/],
      ['max_messages=1.5', /expected a whole number/],
      ['max_bytes=1e9', /max_bytes: found "1e9"/],
      ['lease_s=601', /lease_s: found "601", expected a whole number between 10 and 600/],
      ['silence_s=-1', /silence_s: found "-1", expected a number between/],
      ['form=xml', /form: found "xml", expected one of any, json, records, stream/],
      ['fields=x%3Dy', /fields: found "x=y", expected FIELD=NAME/],
      ['streams=1&streams=2', /streams: found "1, 2", expected it once/],
      ['max_mesages=7', /found the option "max_mesages", expected only fields, form, max_messages/],
    ] as const) {
      expect(() => parseSourceOptions(`${URI}?${query}`)).toThrow(message);
    }
  });
});
