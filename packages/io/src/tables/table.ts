/** What a batch looks like as a table: the columns that every text and columnar form writes, in their order. */

/** A cell is read by batch and row, so that no row becomes an object. */
export type TableColumn<Batch> =
  | {
      readonly name: string;
      readonly type: 'text';
      readonly read: (batch: Batch, row: number) => string | null;
    }
  | {
      /** `int64`: a safe integer; `float64`: any. */
      readonly name: string;
      readonly type: 'int64' | 'float64';
      readonly read: (batch: Batch, row: number) => number | null;
    };

export interface Table<Batch> {
  readonly columns: readonly TableColumn<Batch>[];
  readonly rowCount: (batch: Batch) => number;
}
