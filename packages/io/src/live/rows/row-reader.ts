/** Rows of an input that grows: taken piece by piece, each piece up to its last whole row. */
import type { RowBuffer } from '../../messages/row-buffer.ts';

/** Forms of inputs that may grow: those that have rows, and no end mark. */
export type GrowingForm = 'ndjson' | 'csv' | 'records';

/** A piece this large holds the end of a row, or a row that is too long to be one. */
export const PIECE_BYTES: number = 1 << 20;

export interface RowReader {
  /** Number of the next row, 1-based: physical line, or record. */
  readonly row: number;
  /** Why no row of the input can be read; null where they can. */
  readonly fault: string | null;
  /** Makes the reader ready to go on behind the input's beginning, which is given. */
  resume(beginning: Buffer, row: number): void;
  /** Appends the samples of the whole rows in a piece that starts with a row; gives back how many bytes they are. */
  take(piece: Buffer, rows: RowBuffer): number;
  /** Nothing comes any more: what is left is a row, or a part of one. */
  finish(rest: Buffer, rows: RowBuffer): void;
}
