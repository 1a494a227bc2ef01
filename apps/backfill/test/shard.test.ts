import { describe, expect, it } from 'vitest';
import { shardOf, shardUri } from '../src/shard.ts';

const nothing = { shard: null, shards: null };

describe('which shard this is', () => {
  it.each([
    [nothing, {}, null],
    [{ shard: '2/3', shards: null }, {}, { index: 1, count: 3 }],
    [{ shard: '1/1', shards: null }, { JOB_COMPLETION_INDEX: '5' }, null],
    [{ shard: null, shards: 4 }, { JOB_COMPLETION_INDEX: '3' }, { index: 3, count: 4 }],
    [nothing, { CLOUD_RUN_TASK_INDEX: '0', CLOUD_RUN_TASK_COUNT: '2' }, { index: 0, count: 2 }],
    [nothing, { CLOUD_RUN_TASK_INDEX: '0', CLOUD_RUN_TASK_COUNT: '1' }, null],
    [{ shard: null, shards: 1 }, {}, null],
  ])('%j with %j: %j', (options, env, expected) => {
    expect(shardOf(options, env)).toEqual(expected);
  });

  it.each([
    [{ shard: '0/3', shards: null }, {}, 'expected I/N'],
    [{ shard: '4/3', shards: null }, {}, 'expected I/N'],
    [{ shard: 'two', shards: null }, {}, 'expected I/N'],
    [nothing, { JOB_COMPLETION_INDEX: '0' }, 'expected --shards'],
    [{ shard: null, shards: 2 }, { JOB_COMPLETION_INDEX: '2' }, 'from 0 to 1'],
    [nothing, { CLOUD_RUN_TASK_INDEX: 'x', CLOUD_RUN_TASK_COUNT: '2' }, 'CLOUD_RUN_TASK_INDEX'],
    [{ shard: null, shards: 2 }, {}, 'JOB_COMPLETION_INDEX'],
  ])('%j with %j is refused', (options, env, message) => {
    expect(() => shardOf(options, env)).toThrow(message);
  });
});

describe('names of outputs', () => {
  const shard = { index: 1, count: 4 };
  it.each([
    ['out/p.parquet', 'out/p-00002-of-00004.parquet'],
    ['p.csv.gz', 'p-00002-of-00004.csv.gz'],
    ['file:/data/p.arrow', 'file:/data/p-00002-of-00004.arrow'],
    ['gs://bucket/a.b/p.parquet', 'gs://bucket/a.b/p-00002-of-00004.parquet'],
    ['plain', 'plain-00002-of-00004'],
    ['log:', 'log:'],
    ['pubsub://project/topic', 'pubsub://project/topic'],
    ['bigquery://a.b.c', 'bigquery://a.b.c'],
  ])('%s: %s', (uri, expected) => {
    expect(shardUri(uri, shard)).toBe(expected);
    expect(shardUri(uri, null)).toBe(uri);
  });
});
