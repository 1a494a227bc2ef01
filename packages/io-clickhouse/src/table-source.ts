/**
 * A table of samples behind ClickHouse's client, as a bounded source.
 *
 * A split is a slice of time. Times and the metrics that are asked for are conditions of the query, so that the server sends
 * nothing else. A split is handed over when it has come whole, as long as it can be held, and then the next one is asked for; a larger
 * one is handed over as it comes, with back-pressure.
 */
import {
  TIMESTAMP_MS_MAX,
  TIMESTAMP_MS_MIN,
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
import { planSlices, type Slice, type SliceRun } from './internal/plan-slices.ts';
import {
  SENT_ARRIVAL,
  SENT_COLUMNS,
  contentQuery,
  samplesQuery,
  slicesQuery,
  spellingsQuery,
  type Query,
  type Rows,
  type TableShape,
} from './internal/table-queries.ts';
import { DescribedTable, describeQuery } from './internal/table-shape.ts';
import type { TableMapping } from './table-mapping.ts';

/** What a split should have at least, where there is that much. */
const SPLIT_ROWS = 1 << 21;
const SLICE_MS = 900_000;
const SLICES_MAX = 200_000;
/** More metrics than this are not made a condition: parameters stand in the URL, of which ClickHouse takes 1 MiB. */
const IDS_MAX = 4096;
/** A dictionary's index, a time, a value. */
const ROW_BYTES = 20;

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

/** A split of a table: plain data. */
interface TableSplit extends SourceSplit {
  readonly slice: Rows['slice'];
}

export class ClickHouseTable implements TableSource {
  readonly uri: string;
  readonly #database: Database;
  readonly #options: TableOptions;
  #table: Promise<DescribedTable> | null = null;
  readonly #answers: SplitAnswers;
  /** The splits that were listed last: they are mostly read in their order. */
  #listed: readonly TableSplit[] = [];
  readonly #spellings: Map<string, Promise<readonly string[]>> = new Map();

  constructor(database: Database, options: TableOptions) {
    this.uri = options.uri;
    this.#database = database;
    this.#options = options;
    this.#answers = new SplitAnswers(database, options.settings);
  }

  async splits(range: TimeRange | null): Promise<readonly SourceSplit[]> {
    const { mapping, metricIds } = this.#options;
    const { shape } = await this.#open();
    const rows: Rows = { range, ids: await this.#asked(shape, metricIds), slice: null };
    let sliceMs = mapping.sliceMs ?? SLICE_MS;
    for (;;) {
      const found = await this.#rows(slicesQuery(shape, rows, sliceMs, SLICES_MAX));
      if (found.length <= SLICES_MAX) {
        const slices = found.map(sliceOf);
        const runs = planSlices(slices, mapping.sliceMs === null ? SPLIT_ROWS : 0);
        this.#listed = this.#splitsOf(runs, sliceMs);
        return this.#listed;
      }
      if (mapping.sliceMs !== null) {
        throw new WindrowError(
          'USAGE',
          `${this.uri}: found more than ${SLICES_MAX} slices with rows, expected longer ones than slice= says`,
        );
      }
      sliceMs *= 8;
    }
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
    await this.#database.close();
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
    const { from, mapping } = this.#options;
    this.#table ??= this.#rows(describeQuery(from)).then(
      (described) => new DescribedTable(from, mapping, described, this.uri),
    );
    return this.#table;
  }

  /** What the condition on the ids asks for; null: it is not made. */
  async #asked(
    shape: TableShape,
    ids: readonly string[] | null,
  ): Promise<readonly string[] | null> {
    if (ids === null || ids.length > IDS_MAX || shape.id.asks === 'ids') {
      return ids !== null && ids.length > IDS_MAX ? null : ids;
    }
    const key = ids.toSorted().join();
    let spellings = this.#spellings.get(key);
    if (spellings === undefined) {
      spellings = this.#rows(spellingsQuery(shape, ids)).then((rows) =>
        rows.map(([text]) => String(text)),
      );
      this.#spellings.set(key, spellings);
    }
    return spellings;
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

  #splitsOf(runs: readonly SliceRun[], sliceMs: number): TableSplit[] {
    let lastMs = 0;
    return runs.map(({ keys, rowCount, minMs, maxMs }) => {
      // Rows without a time give no samples: any bounds are true, and these keep the order of reading.
      const [first, last] = [bounded(minMs ?? lastMs), bounded(maxMs ?? lastMs)];
      lastMs = last;
      const isKnown = this.#options.metricIds !== null;
      return {
        sequence: 0,
        name: `${this.uri}, ${keys === null ? 'rows without a time' : spanName(keys, sliceMs)}`,
        sizeBytes: rowCount * ROW_BYTES,
        rowCount: isKnown && minMs !== null ? rowCount : null,
        minMs: first,
        maxMs: last,
        slice:
          keys === null
            ? 'null'
            : { fromMs: keys.first * sliceMs, toMs: (keys.last + 1) * sliceMs },
      };
    });
  }
}

function sliceOf([key, rowCount, minMs, maxMs]: readonly unknown[]): Slice {
  return {
    key: numberOrNull(key),
    rowCount: Number(rowCount),
    minMs: numberOrNull(minMs),
    maxMs: numberOrNull(maxMs),
  };
}

/** Integers of 64 bits come as numbers or as text, by the server's settings. */
function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function bounded(ms: number): number {
  return Math.min(TIMESTAMP_MS_MAX, Math.max(TIMESTAMP_MS_MIN, ms));
}

function spanName(
  keys: { readonly first: number; readonly last: number },
  sliceMs: number,
): string {
  const from = bounded(keys.first * sliceMs);
  const to = bounded((keys.last + 1) * sliceMs);
  return `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
}

/** The ids of a dictionary that takes no others; null for one that takes every id. */
function idsOf(dictionary: MetricDictionary): readonly string[] | null {
  if (!dictionary.closed) return null;
  return Array.from({ length: dictionary.size }, (_, slot) => dictionary.text(slot));
}

function isTableSplit(split: SourceSplit): split is TableSplit {
  return 'slice' in split;
}

function brokenOff(error: unknown, where: string): WindrowError {
  const { message } = explained(error, where, 1);
  return new WindrowError(
    'INPUT',
    `${message}; the split is too large to be held (${HELD_BYTES_MAX >> 20} MiB) and its rows come in no order, so that it cannot be gone on with: read shorter slices (slice=15m), or with order=1`,
    { cause: error },
  );
}
