/** Where files are: a disk, or an object store. Formats ask it for bytes and for nothing else. */

/** An open file, read at any place. */
export interface RandomAccess {
  readonly sizeBytes: number;
  /**
   * Reads at most `length` bytes from `position` on to `buffer[offset ..]`; at least one, unless the file ends there.
   * @throws WindrowError INPUT, or an error with a `syscall`, where the storage fails
   */
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** Names files by a path that a listing gave. */
export interface FileStorage {
  /** @throws WindrowError INPUT where it cannot be opened */
  open(path: string): Promise<RandomAccess>;
  /** The bytes from the first to the last, as they are stored. Ending the iteration early releases what it held. */
  chunks(path: string): AsyncIterable<Uint8Array>;
}
