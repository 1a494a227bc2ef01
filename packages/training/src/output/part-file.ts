/** A file of examples under construction; it is complete when `finish` resolves. */
import type { PartRows } from './part-rows.ts';

export interface PartFile {
  /** Writes all rows as one batch (row group); they are the caller's again afterwards. */
  write(rows: PartRows): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind; does nothing after `finish`. */
  abort(): Promise<void>;
}
