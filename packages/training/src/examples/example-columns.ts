/** Examples before their tensors: which window, which targets, as columns by row. */

export interface ExampleColumns {
  readonly length: number;
  /** Index of the definition; rows are in ascending order of definition, window end and time. */
  readonly definitions: Int32Array;
  readonly endsMs: Float64Array;
  /** Record of the window, as `WindowRecords.read` takes it. */
  readonly records: Float64Array;
  /** The last time that an example knows of: its window's end, its label's time, the end of its target's cells. */
  readonly reachesMs: Float64Array;
  /** Of labels: when their product was made, and when the last of their targets was known (NaN: not said). */
  readonly label: { readonly timestampsMs: Float64Array; readonly knownMs: Float64Array } | null;
  /** NaN where an example has no such target. */
  readonly targets: readonly { readonly name: string; readonly values: Float64Array }[];
  readonly attributes: readonly {
    readonly name: string;
    readonly values: readonly (string | null)[];
  }[];
}

/** One example under construction. */
export interface ExampleRow {
  readonly definition: number;
  readonly endMs: number;
  readonly record: number;
  readonly reachMs: number;
  readonly timestampMs: number;
  readonly knownMs: number;
  readonly targets: readonly number[];
  readonly attributes: readonly (string | null)[];
}

/** Rows as columns; they stay in their order. */
export function exampleColumns(
  rows: readonly ExampleRow[],
  names: { readonly targets: readonly string[]; readonly attributes: readonly string[] },
  isLabelled: boolean,
): ExampleColumns {
  const column = (of: (row: ExampleRow) => number): Float64Array => Float64Array.from(rows, of);
  return {
    length: rows.length,
    definitions: Int32Array.from(rows, (row) => row.definition),
    endsMs: column((row) => row.endMs),
    records: column((row) => row.record),
    reachesMs: column((row) => row.reachMs),
    label: isLabelled
      ? { timestampsMs: column((row) => row.timestampMs), knownMs: column((row) => row.knownMs) }
      : null,
    targets: names.targets.map((name, t) => ({ name, values: column((row) => row.targets[t]!) })),
    attributes: names.attributes.map((name, a) => ({
      name,
      values: rows.map((row) => row.attributes[a]!),
    })),
  };
}
