import { describe, expect, it } from 'vitest';
import { durationMs, mappingOf } from '../src/table-mapping.ts';

const URI = 'clickhouse://host/db.t';
const of = (query: string): ReturnType<typeof mappingOf> =>
  mappingOf(new URLSearchParams(query), URI, ['secure']);

describe('what a URI says of a table', () => {
  it('is the long form where it says nothing', () => {
    expect(of('')).toEqual({
      metricId: 'metric_id',
      timestamp: 'timestamp_ms',
      value: 'value',
      arrival: null,
      filter: null,
      ordered: false,
      sliceMs: null,
    });
  });

  it('is taken as it is', () => {
    const query =
      'metric_id=id&timestamp=ts&value=v&arrival=at&filter=line%20=%201&order=1&slice=15m';
    expect(of(query)).toEqual({
      metricId: 'id',
      timestamp: 'ts',
      value: 'v',
      arrival: 'at',
      filter: 'line = 1',
      ordered: true,
      sliceMs: 900_000,
    });
  });

  it.each([
    ['metricid=a', /found the parameter "metricid", expected one of metric_id/],
    ['value=a&value=b', /value twice/],
    ['order=yes', /order: found "yes", expected 1 or 0/],
    ['slice=0h', /slice: found "0h", expected a duration/],
    ['slice=1 hour', /slice: found "1 hour"/],
    ['slice=-1h', /slice/],
  ])('%s is refused', (query, message) => {
    expect(() => of(query)).toThrow(message);
  });

  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(durationMs(text, 'slice', URI)).toBe(ms);
  });
});
