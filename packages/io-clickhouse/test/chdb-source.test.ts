import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
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

  it('is refused in a worker thread, where its library would crash', async () => {
    const entry = JSON.stringify(new URL('../src/index.ts', import.meta.url).href);
    const program = `
      import { parentPort } from 'node:worker_threads';
      const { chdbSource } = await import(${entry});
      const failed = await chdbSource('chdb:a.parquet').splits(null).catch((error) => error);
      parentPort.postMessage(failed.message);`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
    const worker = new Worker(url, { execArgv: ['--conditions=windrow-source'] });
    const [message] = (await once(worker, 'message')) as [string];
    expect(message).toMatch(/main thread only: run with one worker/);
    await worker.terminate();
  });
});
