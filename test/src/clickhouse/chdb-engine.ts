/** The embedded ClickHouse, where it is installed: one folder for the tests of a process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createClient,
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
} from '@clickhouse/client';
import type { Engine } from './http-front.ts';

const require = createRequire(import.meta.url);

/** Its binary is for Linux with glibc and for macOS. */
export const hasChdb: boolean = ((): boolean => {
  try {
    const module: unknown = require('chdb/connection');
    return module !== null;
  } catch {
    return false;
  }
})();
/** For the names of suites that need it. */
export const NO_CHDB: string = hasChdb ? '' : ' (skipped: chdb is not installed on this machine)';

type Connect = (options: {
  readonly path: string;
}) => NonNullable<ClickHouseClientConfigOptions['connection']>;

/** A database in a folder, to be filled by SQL. */
export class ChdbFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'windrow-chdb-'));
  readonly #client: ClickHouseClient;

  constructor() {
    const { createChdbConnection } = require('chdb/connection') as {
      createChdbConnection: Connect;
    };
    this.#client = createClient({ connection: createChdbConnection({ path: this.path }) });
  }

  async run(sql: string): Promise<void> {
    await this.#client.command({ query: sql });
  }

  /** Answers queries as a server over this folder would. */
  readonly engine: Engine = async ({ sql, params, settings }) => {
    const texts = Object.entries(params).map(([name, value]) => [`param_${name}`, value]);
    const { stream } = await this.#client.exec({
      query: sql,
      clickhouse_settings: { ...settings, ...(Object.fromEntries(texts) as object) },
    });
    const parts: Uint8Array[] = [];
    for await (const chunk of stream) parts.push(chunk as Uint8Array);
    return Buffer.concat(parts);
  };

  async remove(): Promise<void> {
    await this.#client.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
