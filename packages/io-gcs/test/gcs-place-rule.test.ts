import { describe, expect, it } from 'vitest';
import { gcsPlaceRule } from '../src/gcs-place-rule.ts';

describe('what a source would read of an output', () => {
  it.each([
    ['gs://plant/a.parquet', 'gs://plant/a.parquet', true],
    ['gs://plant/a.parquet', 'gs://plant/b.parquet', false],
    ['gs://plant/data', 'gs://plant/data/out.parquet', true],
    ['gs://plant/data/', 'gs://plant/data/out.parquet', true],
    ['gs://plant/data', 'gs://plant/data-out.parquet', false],
    ['gs://plant', 'gs://plant/out.parquet', true],
    ['gs://plant', 'gs://other/out.parquet', false],
    ['gs://plant/*.parquet', 'gs://plant/out.parquet', true],
    ['gs://plant/*.parquet', 'gs://plant/out/x.parquet', false],
    ['gs://plant/**.parquet', 'gs://plant/out/x.parquet', true],
    ['gs://plant/*.parquet', 'gs://plant/out.csv', false],
    ['gs://plant/data?wide=m.json', 'gs://plant/data/out.parquet', true],
  ])('%s, %s: %s', (input, output, isRead) => {
    expect(gcsPlaceRule.reads(input, output)).toBe(isRead);
  });
});
