/** The embedded ClickHouse, which is there only where its binary is. */
import { createRequire } from 'node:module';
import type { ClickHouseClientConfigOptions } from '@clickhouse/client';

type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>;

/** Whether it can be loaded. */
export function hasChdb(): boolean {
  try {
    createRequire(import.meta.url).resolve('chdb/connection');
    return true;
  } catch {
    return false;
  }
}

/** A connection to the database in a folder. */
export async function connectionTo(path: string): Promise<Connection> {
  const module = 'chdb/connection';
  const { createChdbConnection } = (await import(module)) as {
    readonly createChdbConnection: (options: { readonly path: string }) => Connection;
  };
  return createChdbConnection({ path });
}
