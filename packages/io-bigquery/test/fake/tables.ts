/** Tables of the fake: rows as they come, by column. */
import type { GrpcStatus } from './grpc-server.ts';

export type FieldType =
  | 'STRING'
  | 'BYTES'
  | 'INTEGER'
  | 'FLOAT'
  | 'NUMERIC'
  | 'BIGNUMERIC'
  | 'TIMESTAMP'
  | 'DATETIME'
  | 'BOOLEAN';

export interface Field {
  readonly name: string;
  /** As `tables.get` spells it. */
  readonly type: FieldType;
  readonly mode?: 'NULLABLE' | 'REQUIRED' | 'REPEATED';
}

/**
 * A cell: STRING as text; BYTES as bytes; INTEGER and the times (microseconds) and NUMERIC (billionths) as integers; FLOAT as a
 * number.
 */
export type Cell = string | Uint8Array | number | bigint | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

export interface FakeTable {
  readonly fields: readonly Field[];
  rows: Row[];
  /** What `tables.insert` said, beyond the schema. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly kind: 'TABLE' | 'VIEW';
  /** Rows delivered by each stream are those of the table, over and over. */
  readonly repeat: number;
}

/** `project.dataset.table` to table; names with `/` are those of the gRPC services. */
export class FakeTables {
  readonly #tables: Map<string, FakeTable> = new Map();

  set(name: string, table: Pick<FakeTable, 'fields' | 'rows'> & Partial<FakeTable>): void {
    this.#tables.set(name, { resource: {}, kind: 'TABLE', repeat: 1, ...table });
  }

  get(name: string): FakeTable | undefined {
    return this.#tables.get(name);
  }

  delete(name: string): boolean {
    return this.#tables.delete(name);
  }

  /** Names, in the order in which they were made. */
  names(): string[] {
    return [...this.#tables.keys()];
  }

  /** The table of a name such as `projects/p/datasets/d/tables/t`, or of one that begins with it. */
  ofPath(path: string, missing: (name: string) => GrpcStatus): FakeTable {
    const match = /^projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)/.exec(path);
    const name = match === null ? path : match.slice(1).join('.');
    const table = this.#tables.get(name);
    if (table === undefined) throw missing(name);
    return table;
  }
}
