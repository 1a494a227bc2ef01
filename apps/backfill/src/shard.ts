/** Which of several machines this is: by option, or by what Kubernetes and Cloud Run say. */
import { WindrowError, found } from '@windrow/core';
import type { Shard } from '@windrow/pipeline';

export interface ShardOptions {
  /** `I/N`, from 1. */
  readonly shard: string | null;
  /** N, where the environment has only the index. */
  readonly shards: number | null;
}

/**
 * The shard, or null where one machine does everything.
 * @throws WindrowError USAGE where what is given does not fit together
 */
export function shardOf(
  { shard, shards }: ShardOptions,
  env: Readonly<Record<string, string | undefined>>,
): Shard | null {
  if (shard !== null) return asked(shard);
  const completion = env['JOB_COMPLETION_INDEX'];
  if (completion !== undefined) {
    if (shards === null) {
      throw new WindrowError(
        'USAGE',
        `JOB_COMPLETION_INDEX: found ${found(completion)} without --shards, expected --shards with the Job's completions (or --shard 1/1 to do everything here)`,
      );
    }
    return checked('JOB_COMPLETION_INDEX', completion, shards);
  }
  const task = env['CLOUD_RUN_TASK_INDEX'];
  const tasks = env['CLOUD_RUN_TASK_COUNT'];
  if (task !== undefined && tasks !== undefined) {
    return checked('CLOUD_RUN_TASK_INDEX', task, shards ?? Number(tasks));
  }
  if (shards === null || shards === 1) return null;
  throw new WindrowError(
    'USAGE',
    `--shards: found ${shards}, and nothing that says which of them this is; expected --shard I/${shards}, JOB_COMPLETION_INDEX or CLOUD_RUN_TASK_INDEX`,
  );
}

/** The shard's own name for a file or folder, `OUT-00002-of-00008.parquet`; what is no file (`log:`, a topic, a table) stays as it is. */
export function shardUri(uri: string, shard: Shard | null): string {
  const isFile = !/^[a-zA-Z][a-zA-Z0-9+-]+:/.test(uri) || /^(?:file|gs):/i.test(uri);
  if (shard === null || shard.count === 1 || !isFile) return uri;
  const part = `-${digits(shard.index + 1)}-of-${digits(shard.count)}`;
  // The extension says form and compression: `predictions.csv.gz`.
  return uri.replace(/((?:\.[a-zA-Z0-9]+)*)$/, `${part}$1`);
}

const digits = (number: number): string => String(number).padStart(5, '0');

function asked(text: string): Shard | null {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const number = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match === null || number < 1 || number > count) {
    throw new WindrowError(
      'USAGE',
      `--shard: found ${found(text)}, expected I/N with I from 1 to N`,
    );
  }
  return count === 1 ? null : { index: number - 1, count };
}

function checked(name: string, text: string, count: number): Shard | null {
  const index = Number(text);
  if (!/^\d+$/.test(text) || !(index < count)) {
    throw new WindrowError(
      'USAGE',
      `${name}: found ${found(text)}, expected a whole number from 0 to ${count - 1}`,
    );
  }
  return count === 1 ? null : { index, count };
}
