/** A label: what the laboratory, or whoever knows, said about a product, and when. */

export interface Label {
  /** Canonical text of the line. */
  readonly lineId: string;
  /** When the product that it measures was made, ms. */
  readonly timestampMs: number;
  /** When the result was known, ms; null: not said, and taken as known from the beginning. */
  readonly knownMs: number | null;
  /** Which quantity; `value` where the table does not say. */
  readonly target: string;
  /** Finite. */
  readonly value: number;
  /** The table's other columns, in the order of `LabelTable.attributes`; null for an empty field. */
  readonly attributes: readonly (string | null)[];
}

/** What became of the rows of a table of labels; every row is counted once. */
export interface LabelCounts {
  readonly received: number;
  /** No label: a line that is no UUID, a time that is none. */
  readonly unreadable: number;
  /** A value that is empty or not finite. */
  readonly invalid: number;
  /** Known after `--labels-as-of`. */
  readonly notYetKnown: number;
  /** The very label once more. */
  readonly duplicate: number;
  /** Replaced by a label of the same line, time and target that was known later. */
  readonly corrected: number;
  /** Labels that are left. */
  readonly settled: number;
}

export interface LabelTable {
  readonly labels: readonly Label[];
  /** Names of the attributes, in the order of the table. */
  readonly attributes: readonly string[];
  readonly received: number;
  readonly unreadable: number;
  readonly invalid: number;
  /** The first rows that were refused, with their reason. */
  readonly refusals: readonly string[];
}
