/** The lines of a stream of bytes: split at `\n`, numbered from 1, at most 1 MiB long. */

const LINE_BYTES_MAX = 1 << 20;
const LINE_FEED = 0x0a;

export interface LineHandlers {
  /** A line without its end: `bytes[start .. end)`, valid during the call. */
  readonly line: (bytes: Buffer, start: number, end: number, number: number) => void;
  /** A line that is longer than the limit; its bytes are skipped. */
  readonly overlong: (limitBytes: number, number: number) => void;
}

export class Lines {
  readonly #handlers: LineHandlers;
  /** The beginning of a line that has no end yet. */
  #parts: Buffer[] = [];
  #partsLength = 0;
  #isOverlong = false;
  #number = 1;

  constructor(handlers: LineHandlers) {
    this.#handlers = handlers;
  }

  /** Number of the line that has not ended yet. */
  get number(): number {
    return this.#number;
  }

  /** Handles every line that ends in this chunk. */
  write(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, start)) {
      if (this.#partsLength === 0 && !this.#isOverlong) {
        this.#handlers.line(bytes, start, at, this.#number++);
      } else {
        this.#keep(bytes.subarray(start, at));
        this.#finishParts();
      }
      start = at + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  /** Handles the last line, if it has no line feed. */
  end(): void {
    if (this.#partsLength > 0 || this.#isOverlong) this.#finishParts();
  }

  #keep(part: Buffer): void {
    if (this.#isOverlong || part.length === 0) return;
    if (this.#partsLength + part.length > LINE_BYTES_MAX) {
      this.#isOverlong = true;
      this.#parts = [];
      this.#partsLength = 0;
      return;
    }
    this.#parts.push(part);
    this.#partsLength += part.length;
  }

  #finishParts(): void {
    const number = this.#number++;
    if (this.#isOverlong) {
      this.#handlers.overlong(LINE_BYTES_MAX, number);
    } else {
      const line = Buffer.concat(this.#parts);
      this.#handlers.line(line, 0, line.length, number);
    }
    this.#isOverlong = false;
    this.#parts = [];
    this.#partsLength = 0;
  }
}
