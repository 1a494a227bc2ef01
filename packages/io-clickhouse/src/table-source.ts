/**
 * A table of samples behind ClickHouse's client, as a bounded source.
 *
 * A split is a slice of time. Times and the metrics that are asked for are conditions of the query, so that the server sends
 * nothing else. A split is handed over when it has come whole, as long as it can be held, and then the next one is asked for; a larger
 * one is handed over as it comes, with back-pressure.
 */
import {
  WindrowError,
  type MetricDictionary,
  type ReadOptions,
  type SampleBatch,
  type Source,
  type SourceSplit,
  type TimeRange,
} from '@windrow/core';
import { readArrowStream } from '@windrow/io';
import { explained, isTransient } from './internal/advice.ts';
import type { Database, Settings } from './internal/database.ts';
import { Delivered } from './internal/delivered.ts';
import { patiently, waitBefore, type Patience } from './internal/patience.ts';
import { HELD_BYTES_MAX, SplitAnswers } from './internal/split-answers.ts';
import { IDS_MAX, Spellings } from './internal/spellings.ts';
import {
  SENT_ARRIVAL,
  SENT_COLUMNS,
  contentQuery,
  samplesQuery,
  spellingsQuery,
  type Query,
  type Rows,
  type TableShape,
} from './internal/table-queries.ts';
import { DescribedTable, describeQuery } from './internal/table-shape.ts';
import {
  areBySeries,
  isTableSplit,
  listSplits,
  type TableSplit,
  type TableSplitsOptions,
} from './internal/table-splits.ts';
import type { TableMapping } from './table-mapping.ts';

/** What was read, told by the data itself: equal for equal rows, in whatever order they lie and whichever parts hold them. */
export interface TableSnapshot {
  readonly uri: string;
  /** The SQL whose rows were counted, and its parameters. */
  readonly query: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly serverVersion: string;
  readonly rowCount: number;
  /** Sum of a 64-bit hash of each row's id, time and value, hexadecimal. */
  readonly contentHash: string;
}

/** A source that can say what it read. */
export interface TableSource extends Source {
  /**
   * Counts and hashes the rows of a range, by one query over them.
   * @param metricIds those that are asked for; null: all
   * @throws WindrowError INPUT
   */
  describe(range: TimeRange | null, metricIds: readonly string[] | null): Promise<TableSnapshot>;
}

export interface TableOptions {
  /** For messages; has no password. */
  readonly uri: string;
  /** What stands behind FROM. */
  readonly from: string;
  readonly mapping: TableMapping;
  readonly settings: Settings;
  readonly patience: Patience;
  /** The metrics that will be asked for, so that splits know their rows; null: not known yet. */
  readonly metricIds: readonly string[] | null;
}

/** Metrics that tell how the rows lie. */
const SERIES_TRIED = 16;

export class ClickHouseTable implements TableSource {
  readonly uri: string;
  readonly trims = true;
  readonly #database: Database;
  readonly #options: TableOptions;
  #table: Promise<DescribedTable> | null = null;
  readonly #answers: SplitAnswers;
  /** The splits that were listed last: they are mostly read in their order. */
  #listed: readonly TableSplit[] = [];
  readonly #spellings: Spellings;
  /** The table of which this is a part; null: it is whole, and owns its database. */
  readonly #whole: ClickHouseTable | null;

  constructor(database: Database, options: TableOptions, whole: ClickHouseTable | null = null) {
    this.uri = options.uri;
    this.#database = database;
    this.#options = options;
    this.#whole = whole;
    this.#answers = new SplitAnswers(database, options.settings);
    this.#spellings =
      whole !== null ? whole.#spellings : new Spellings((ids) => this.#spellingsOf(ids));
  }

  async splits(range: TimeRange | null): Promise<readonly SourceSplit[]> {
    const { metricIds } = this.#options;
    const { shape } = await this.#open();
    const rows: Rows = { range, ids: await this.#asked(shape, metricIds), slice: null };
    this.#listed = await listSplits(this.#listing(), shape, rows);
    return this.#listed;
  }

  async bySeries(
    range: TimeRange | null,
    metricIds: readonly string[],
  ): Promise<((metricIds: readonly string[]) => Source) | null> {
    const { shape } = await this.#open();
    // What is sorted by the server comes in one order only.
    if (shape.ordered || metricIds.length === 0) return null;
    const rows: Rows = { range, ids: await this.#asked(shape, metricIds), slice: null };
    const listing = this.#listing();
    const splits = this.#listed.length > 0 ? this.#listed : await listSplits(listing, shape, rows);
    const every = Math.ceil(metricIds.length / SERIES_TRIED);
    const few = metricIds.filter((_, i) => i % every === 0);
    const isBySeries = await areBySeries(listing, shape, rows, {
      splits,
      few: (await this.#asked(shape, few)) ?? [],
      share: few.length / metricIds.length,
    });
    return isBySeries ? (ids) => this.#part(ids) : null;
  }

  async *read(split: SourceSplit, options: ReadOptions): AsyncGenerator<SampleBatch> {
    if (!isTableSplit(split)) throw new Error(`not a split of a table: ${split.name}`);
    const table = await this.#open();
    const { shape } = table;
    const { arrivalColumn } = options;
    const arrival = arrivalColumn === undefined ? null : table.arrival(arrivalColumn);
    const ids = await this.#asked(shape, idsOf(options.dictionary));
    const queryOf = ({ slice }: TableSplit): Query =>
      samplesQuery(shape, { range: options.range, ids, slice }, arrival);
    const place = this.#listed.indexOf(split);
    const following = place < 0 ? undefined : this.#listed[place + 1];
    const queries = {
      own: queryOf(split),
      next: following === undefined ? null : queryOf(following),
    };
    const { patience } = this.#options;
    const delivered = new Delivered();
    for (let attempt = 1; ; attempt++) {
      delivered.again();
      try {
        yield* this.#attempt(queries, split, options, delivered);
        return;
      } catch (error) {
        await this.#renew();
        const isLast = attempt >= patience.attempts || !isTransient(error);
        if (isLast) throw explained(error, split.name, attempt);
        if (!delivered.isNothing && !shape.ordered) throw brokenOff(error, split.name);
      }
      await waitBefore(attempt + 1, patience);
    }
  }

  async describe(
    range: TimeRange | null,
    metricIds: readonly string[] | null,
  ): Promise<TableSnapshot> {
    const { shape } = await this.#open();
    const ids = await this.#asked(shape, metricIds);
    const query = contentQuery(shape, { range, ids, slice: null });
    const [[rowCount, contentHash] = []] = await this.#rows(query);
    const [[version] = []] = await this.#rows({
      sql: 'SELECT version() FORMAT JSONCompact',
      params: {},
    });
    return {
      uri: this.uri,
      query: query.sql.replace(' FORMAT JSONCompact', ''),
      parameters: query.params,
      serverVersion: String(version),
      rowCount: Number(rowCount),
      contentHash: String(contentHash),
    };
  }

  async close(): Promise<void> {
    await this.#settle();
    if (this.#whole === null) await this.#database.close();
  }

  async *#attempt(
    queries: { readonly own: Query; readonly next: Query | null },
    split: SourceSplit,
    options: ReadOptions,
    delivered: Delivered,
  ): AsyncGenerator<SampleBatch> {
    const answer = await this.#answers.take(queries.own);
    let isDone = false;
    try {
      if (answer.isWhole && queries.next !== null) this.#answers.prepare(queries.next);
      const { dictionary, reject, arrivalColumn } = options;
      const batches = readArrowStream(answer.chunks, {
        names: SENT_COLUMNS,
        source: split.name,
        arrivalColumn: arrivalColumn === undefined ? undefined : SENT_ARRIVAL,
        dictionary,
        reject: (letter) => delivered.letter(letter, reject),
      });
      for await (const batch of batches) yield* delivered.samples(batch);
      isDone = true;
    } finally {
      answer.close();
      if (!isDone) void this.#answers.drop();
    }
  }

  async #renew(): Promise<void> {
    await this.#settle();
    await this.#database.renew();
  }

  /** The embedded database must not be closed under a query. */
  async #settle(): Promise<void> {
    const settled = this.#answers.drop();
    if (this.#database.isEmbedded) await settled;
  }

  #open(): Promise<DescribedTable> {
    if (this.#whole !== null) return this.#whole.#open();
    const { from, mapping } = this.#options;
    this.#table ??= this.#rows(describeQuery(from)).then(
      (described) => new DescribedTable(from, mapping, described, this.uri),
    );
    return this.#table;
  }

  #part(metricIds: readonly string[]): Source {
    return new ClickHouseTable(this.#database, { ...this.#options, metricIds }, this);
  }

  #listing(): TableSplitsOptions {
    const { mapping, metricIds } = this.#options;
    return {
      ask: (query) => this.#rows(query),
      uri: this.uri,
      sliceMs: mapping.sliceMs,
      countsRows: metricIds !== null,
    };
  }

  /** What the condition on the ids asks for; null: it is not made. */
  async #asked(
    shape: TableShape,
    ids: readonly string[] | null,
  ): Promise<readonly string[] | null> {
    if (ids === null || ids.length > IDS_MAX) return null;
    return shape.id.asks === 'ids' ? ids : this.#spellings.of(ids);
  }

  async #spellingsOf(ids: readonly string[]): Promise<string[]> {
    const { shape } = await this.#open();
    const rows = await this.#rows(spellingsQuery(shape, ids));
    return rows.map(([text]) => String(text));
  }

  #rows(query: Query): Promise<unknown[][]> {
    const { patience } = this.#options;
    return patiently(
      patience,
      this.uri,
      () => this.#database.rows(query),
      () => this.#database.renew(),
    );
  }
}

/** The ids of a dictionary that takes no others; null for one that takes every id. */
function idsOf(dictionary: MetricDictionary): readonly string[] | null {
  if (!dictionary.closed) return null;
  return Array.from({ length: dictionary.size }, (_, slot) => dictionary.text(slot));
}

function brokenOff(error: unknown, where: string): WindrowError {
  const { message } = explained(error, where, 1);
  return new WindrowError(
    'INPUT',
    `${message}; the split is too large to be held (${HELD_BYTES_MAX >> 20} MiB) and its rows come in no order, so that it cannot be gone on with: read shorter slices (slice=15m), or with order=1`,
    { cause: error },
  );
}
