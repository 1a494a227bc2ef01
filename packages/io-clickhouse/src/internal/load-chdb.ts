/** The embedded ClickHouse: a package that is there only where it was asked for. */
import { isMainThread } from 'node:worker_threads';
import type { ClickHouseClientConfigOptions } from '@clickhouse/client';
import { WindrowError, messageOf } from '@windrow/core';

/** As much of `chdb/connection` as is used here. */
interface ChdbModule {
  createChdbConnection(options: {
    readonly path: string;
  }): NonNullable<ClickHouseClientConfigOptions['connection']>;
}

/** By a name that no bundler follows: it is 548 MB. */
const MODULE: string = 'chdb/connection';

/**
 * A connection to the database in a folder, or to one in memory (`:memory:`).
 * @throws WindrowError USAGE in a worker thread; INPUT where the package is not there, or the folder cannot be opened
 */
export async function connectChdb(
  path: string,
  uri: string,
): Promise<NonNullable<ClickHouseClientConfigOptions['connection']>> {
  if (!isMainThread) {
    // In a worker thread its library crashes or hangs, now or when the thread ends.
    throw new WindrowError(
      'USAGE',
      `${uri}: the embedded ClickHouse works in the main thread only: run with one worker`,
    );
  }
  let module: ChdbModule;
  try {
    module = (await import(MODULE)) as ChdbModule;
  } catch (error) {
    throw new WindrowError(
      'INPUT',
      `${uri}: the embedded ClickHouse cannot be loaded (${messageOf(error).split('\n')[0]}): install it beside Windrow by npm install chdb (548 MB; Linux with glibc, macOS)`,
      { cause: error },
    );
  }
  try {
    return module.createChdbConnection({ path });
  } catch (error) {
    throw new WindrowError(
      'INPUT',
      `${uri}: ${messageOf(error)}; a process opens one folder with chdb: at a time, and a folder is opened by one process`,
      { cause: error },
    );
  }
}
