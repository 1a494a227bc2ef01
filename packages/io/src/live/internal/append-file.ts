/** A file that is appended to, durable piece by piece; a piece that was written half is taken back. */
import { open, type FileHandle } from 'node:fs/promises';

export class AppendFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #sizeBytes: number;

  private constructor(path: string, handle: FileHandle, sizeBytes: number) {
    this.path = path;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
  }

  /**
   * Opens a file for appending, and makes one where there is none.
   * @param keepBytes how much of what is there stays; the rest is cut off
   */
  static async open(path: string, keepBytes: number): Promise<AppendFile> {
    const handle = await open(path, 'a+');
    try {
      await handle.truncate(keepBytes);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new AppendFile(path, handle, keepBytes);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Appends the whole piece and syncs; where that fails, nothing of it stays. */
  async append(piece: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < piece.length;) {
        const { bytesWritten } = await this.#handle.write(piece, at, piece.length - at);
        at += bytesWritten;
      }
      await this.#handle.datasync();
      this.#sizeBytes += piece.length;
    } catch (error) {
      await this.#handle.truncate(this.#sizeBytes).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
