/** Turns batches into the bytes of a file, in the order in which they are written. */
export interface Encoder<Batch> {
  /** The bytes that this batch adds; it may hold rows back for a later batch. */
  encode(batch: Batch): Iterable<Uint8Array>;
  /** The bytes that are left, and the end of the file. Nothing is encoded afterwards. */
  end(): Iterable<Uint8Array>;
}
