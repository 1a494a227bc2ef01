import { describe, expect, it } from 'vitest';
import { chdbSource } from '../src/index.ts';

describe('a chdb URI', () => {
  it.each([
    'chdb:/data/db?table=plant.samples',
    'chdb:samples.parquet',
    "chdb:a/it's/**/*.parquet?slice=1h",
  ])('%s is taken, and nothing is loaded', (uri) => {
    expect(chdbSource(uri).uri).toBe(uri);
  });

  it.each([
    ['chdb:', /expected chdb:FOLDER/],
    ['chdb:/data/db', /expected table=database\.table, or files/],
    ['chdb:/data/db?table=samples', /expected table=database\.table/],
    ['chdb:a.parquet?table=db.t', /found table= with files/],
    ['chdb:a.parquet?secure=1', /found the parameter "secure"/],
  ])('%s is refused', (uri, message) => {
    expect(() => chdbSource(uri)).toThrow(message);
  });
});
