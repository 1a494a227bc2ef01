/** Takes any number of bytes from a stream of chunks. */

/** What typed arrays over the bytes need. */
const ALIGNMENT = 8;

export class ByteTaker {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #taken = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * The next `count` bytes, aligned to 8; fewer where the stream ends before. They are part of a chunk where one has them all, else
   * in memory of their own, which grows with what is there and not with what is asked for.
   */
  async take(count: number): Promise<Uint8Array> {
    if (count <= this.#chunk.length && this.#chunk.byteOffset % ALIGNMENT === 0) {
      const bytes = this.#chunk.subarray(0, count);
      this.#chunk = this.#chunk.subarray(count);
      this.#taken += count;
      return bytes;
    }
    const parts: Uint8Array[] = [];
    let length = 0;
    while (length < count) {
      if (this.#chunk.length === 0) {
        const { value, done } = await this.#source.next();
        if (done === true) break;
        this.#chunk = value;
      }
      const part = this.#chunk.subarray(0, count - length);
      this.#chunk = this.#chunk.subarray(part.length);
      parts.push(part);
      length += part.length;
    }
    this.#taken += length;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
