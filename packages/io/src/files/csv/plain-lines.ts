/**
 * The lines of a CSV stream for as long as a record is a line: split at LF, numbered, without a CR before it. The first one that is
 * more than that (a quote that spans lines, a CR within) ends it: what is left is for a parser that knows all of CSV.
 */
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Takes the line `bytes[start .. end)`, valid during the call; false where it is more than a line of fields. */
export type PlainLine = (bytes: Buffer, start: number, end: number, number: number) => boolean;

export class PlainLines {
  readonly #take: PlainLine;
  readonly #lineBytesMax: number;
  /** Begins with the `#kept` bytes of a line that has no end yet. Chunks are copied here: it is made once, not with each. */
  #bytes: Buffer = Buffer.alloc(0);
  #kept = 0;
  #count = 0;

  /** @param lineBytesMax longer lines are not for it */
  constructor(take: PlainLine, lineBytesMax: number) {
    this.#take = take;
    this.#lineBytesMax = lineBytesMax;
  }

  /** Lines taken so far. */
  get count(): number {
    return this.#count;
  }

  /** Takes every line that ends in this chunk. Gives back what is left of the stream where one is not for it, else null. */
  write(chunk: Uint8Array): Buffer | null {
    const length = this.#kept + chunk.length;
    const bytes = this.#withRoom(length);
    bytes.set(chunk, this.#kept);
    let start = 0;
    let end = indexOf(bytes, LINE_FEED, this.#kept, length);
    for (; end >= 0; end = indexOf(bytes, LINE_FEED, start, length)) {
      if (!this.#line(bytes, start, end)) return bytes.subarray(start, length);
      start = end + 1;
    }
    if (length - start > this.#lineBytesMax) return bytes.subarray(start, length);
    bytes.copyWithin(0, start, length);
    this.#kept = length - start;
    return null;
  }

  #withRoom(length: number): Buffer {
    if (length <= this.#bytes.length) return this.#bytes;
    const grown = Buffer.alloc(2 * length);
    this.#bytes.copy(grown, 0, 0, this.#kept);
    this.#bytes = grown;
    return grown;
  }

  /** Takes the last line, if it has no line feed. Gives it back where it is not for it, else null. */
  end(): Buffer | null {
    if (this.#kept === 0 || this.#line(this.#bytes, 0, this.#kept)) return null;
    return this.#bytes.subarray(0, this.#kept);
  }

  #line(bytes: Buffer, start: number, end: number): boolean {
    const from = this.#count === 0 && startsWithMark(bytes, start) ? start + 3 : start;
    const to = end > from && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (to > from && !this.#take(bytes, from, to, this.#count + 1)) return false;
    this.#count++;
    return true;
  }
}

/** Within the first `length` bytes; what stands behind them is old. */
function indexOf(bytes: Buffer, byte: number, from: number, length: number): number {
  const at = bytes.indexOf(byte, from);
  return at < length ? at : -1;
}

function startsWithMark(bytes: Buffer, start: number): boolean {
  return BYTE_ORDER_MARK.every((byte, i) => bytes[start + i] === byte);
}
