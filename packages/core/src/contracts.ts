/**
 * The contracts between rooms: `Source`, `Sink`, `Scorer`. Each has a suite in `test/` that every implementation passes.
 */
import type { Definition } from './definition.ts';
import type { MetricDictionary } from './metric-dictionary.ts';
import type { ModelIdentity } from './prediction.ts';
import type { SampleBatch } from './sample-batch.ts';

/** Half-open interval of time in ms, `[startMs, endMs)`; infinite ends are allowed. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * A part of a bounded source that is read at once: a row group, a file, a table's stream. Plain data: another source of the same URI
 * can read it, in another thread too.
 */
export interface SourceSplit {
  /**
   * Which sequence (a file, mostly) the split belongs to, and the sequence's place among them. Splits of one sequence
   * are listed together and read in their order, which is the order of arrival.
   */
  readonly sequence: number;
  /** For messages and progress: a file's path, with the row group where there are several. */
  readonly name: string;
  /** Bytes to be read from the outside. */
  readonly sizeBytes: number;
  /** null where it is not known before reading. */
  readonly rowCount: number | null;
  /** No sample is earlier than this (ms); null where it is not known before reading. */
  readonly minMs: number | null;
  /** No sample is later than this (ms, inclusive); null where it is not known before reading. */
  readonly maxMs: number | null;
}

/** A row that could not be read as a sample, or may not be applied, or not published: counted, and kept where a sink is given. */
export interface DeadLetter {
  /**
   * `quarantined`: cannot be read, or too far in the future; `dropped_late`: too late for every definition; `refused`: a prediction
   * that a live sink refuses for good.
   */
  readonly heading: 'quarantined' | 'dropped_late' | 'refused';
  /** Which file or subscription; of a refused prediction the sink. */
  readonly source: string;
  /** 1-based row (CSV and NDJSON: physical line), or null where rows have no number. */
  readonly row: number | null;
  /** What was found, what was expected. */
  readonly reason: string;
  /** The row as it was found, cut at a few hundred characters, or null. */
  readonly raw: string | null;
}

export interface ReadOptions {
  /** Closed over the metrics that are asked for; every batch refers to it. */
  readonly dictionary: MetricDictionary;
  /** Rows outside it may be left out (not delivered, not counted); null: everything. */
  readonly range: TimeRange | null;
  /** Takes each row that cannot be read. */
  readonly reject: (letter: DeadLetter) => void;
  /**
   * Name of a column with the time of arrival (ms, or a time): batches then have `arrivalsMs`. A row without one is rejected; a
   * source that knows no arrival leaves `arrivalsMs` away. Default: nobody asks.
   */
  readonly arrivalColumn?: string;
}

/** What the rows of a source are, told by the rows themselves: equal for equal rows, in whatever order they lie. */
export interface SourceDescription {
  /** How the rows were asked for, such as SQL. */
  readonly query: string;
  readonly rowCount: number;
  /** Of the ids, times and values of all rows. */
  readonly contentHash: string;
}

/** A bounded source of samples. */
export interface Source {
  readonly uri: string;
  /**
   * True where `splits` of a narrower range reads accordingly less and has splits of its own (a query). Such a source is asked
   * again for each slice of a long range; of others, whose splits are what lies there anyway, those are taken that a slice needs.
   */
  readonly narrows?: boolean;
  /**
   * True where `read` leaves out the rows of a split that lie outside of the range, and costs accordingly less. Others read a split as a
   * whole, whatever the range.
   */
  readonly trims?: boolean;
  /**
   * What there is to read, in order of arrival within each sequence. A split that lies outside `range` as a whole may be
   * left out. Reads metadata only.
   * @throws WindrowError INPUT where there is nothing at the URI
   */
  splits(range: TimeRange | null): Promise<readonly SourceSplit[]>;
  /**
   * Text that is another one when other samples would be read: names, sizes and times of change of files, generations of objects, a
   * table's snapshot. Without it, the splits' names, sizes and bounds say so.
   */
  identity?(): Promise<string>;
  /**
   * The samples of one split, in their order. Ending the iteration early releases what it held. A damaged split ends
   * with one dead letter that says from where on it could not be read; it never throws for what the bytes contain.
   */
  read(split: SourceSplit, options: ReadOptions): AsyncIterable<SampleBatch>;
  /**
   * Only of sources that can tell without handing the rows over, such as a database.
   * @param metricIds those that are asked for; null: all
   */
  describe?(
    range: TimeRange | null,
    metricIds: readonly string[] | null,
  ): Promise<SourceDescription>;
  /**
   * Only of sources whose rows may lie by metric, such as a table that is sorted so: there, a few metrics over a long time cost less than
   * all of them over a short one. Gives what opens the same source for some of these metrics, as long as this one is open (`close`
   * of the part leaves it so); null where the rows lie in another order.
   */
  bySeries?(
    range: TimeRange | null,
    metricIds: readonly string[],
  ): Promise<((metricIds: readonly string[]) => Source) | null>;
  close(): Promise<void>;
}

/** Takes batches of `T` and shows them to others whole or not at all. */
export interface Sink<T> {
  readonly uri: string;
  /** Resolves when the next batch may come. The batch is the caller's again afterwards. */
  write(batch: T): Promise<void>;
  /** Completes the output under its final name. Nothing is visible there before. */
  commit(): Promise<void>;
  /** Leaves nothing behind; does nothing after `commit`. */
  abort(): Promise<void>;
}

/** A row of a tensor batch that the caller fills: `data[offset .. offset + C*T)`. */
export interface TensorRow {
  readonly data: Float64Array | Float32Array;
  readonly offset: number;
}

/**
 * Takes tensors where they lie: for windows that are kept up to date from step to step, so that nothing is copied on the way to the
 * model. Scores of a target come in the order of its windows, committed and lent.
 */
export interface TensorViews {
  /** Whether a target's tensors are taken so; if not, they are to be written into rows of `Scorer.reserve`. */
  takes(target: number): boolean;
  /** Whether a view of the target is still being read, or there is no room for one: `drain` must come first. */
  isBusy(target: number): boolean;
  /** Lends the tensor of a window: not to be changed until `isBusy` is false again. The object may be reused at once. */
  lend(target: number, windowEndMs: number, row: TensorRow): void;
}

/** A definition bound to the model that scores it. */
export interface ScoringTarget {
  readonly definition: Definition;
  readonly model: ModelIdentity;
  /** Type of the model's input, to which the tensor's float64 are cast once. */
  readonly dtype: 'float64' | 'float32';
}

/** Scores of windows, as columns. */
export interface ScoreBatch {
  readonly length: number;
  /** Index of the target. */
  readonly targets: Int32Array;
  readonly windowEndsMs: Float64Array;
  /** What the model gave; NaN or infinite where it is not finite. */
  readonly values: Float64Array;
  readonly model: ModelIdentity;
}

/** Tensors in, numbers out. */
export interface Scorer {
  readonly targets: readonly ScoringTarget[];
  /**
   * Room for one tensor of a target, valid until `commit` or the next `reserve`; null when everything is full and `drain`
   * must come first. The returned object is reused.
   */
  reserve(target: number): TensorRow | null;
  /** The reserved row is filled. */
  commit(target: number, windowEndMs: number): void;
  /** Left out: every tensor is written into a row. */
  readonly views?: TensorViews;
  /**
   * Scores what was committed: full batches only, or everything with `all`. The windows of one target come back in the
   * order of their commits. The batch given to `emit` is valid during the call only.
   * @throws WindrowError MODEL when a model fails on well-formed input
   */
  drain(all: boolean, emit: (scores: ScoreBatch) => void): Promise<void>;
  close(): Promise<void>;
}
