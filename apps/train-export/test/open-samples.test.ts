import { describe, expect, it } from 'vitest';
import { withoutPasswords } from '../src/open-samples.ts';

describe('the command that a dataset keeps', () => {
  it.each([
    [
      'clickhouse://reader:secret@host:8443/plant.samples',
      'clickhouse://reader:***@host:8443/plant.samples',
    ],
    [
      '--source=clickhouse://:secret@host/plant.samples',
      '--source=clickhouse://:***@host/plant.samples',
    ],
    ['clickhouse://reader@host/plant.samples', 'clickhouse://reader@host/plant.samples'],
    ['samples.parquet', 'samples.parquet'],
    ['chdb:samples.parquet?arrival=a@b:c', 'chdb:samples.parquet?arrival=a@b:c'],
  ])('%s shows no password', (argument, shown) => {
    expect(withoutPasswords(argument)).toBe(shown);
  });
});
