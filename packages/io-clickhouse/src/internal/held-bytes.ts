/**
 * The bytes of an answer, held until it is there whole, so that what fails in the middle can be asked for again as if nothing had
 * happened. A larger answer than can be held is handed on as it comes.
 *
 * ClickHouse says 200 before it knows whether a query will succeed. One that fails later breaks off, with the exception as text
 * after the data; so whole means: it ends in the end marker of an Arrow stream.
 */
import { parseError } from '@clickhouse/client';

/** ffffffff 00000000 */
const END_MARKER = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);
const TAIL_BYTES = 32 << 10;

export interface Held {
  /** All of it, or what is there so far and then the rest as it comes. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly isWhole: boolean;
}

/**
 * Reads until the end or until more than `bytesMax` are there.
 * @throws what the server says in the answer; an error that tells that the answer broke off; what `source` throws
 */
export async function holdBytes(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Held> {
  const rest = source[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  const tail = new Tail();
  for (let length = 0; length <= bytesMax;) {
    const { value, done } = await rest.next();
    if (done === true) {
      tail.expectEnd();
      return { chunks: each(parts), isWhole: true };
    }
    parts.push(value);
    tail.add(value);
    length += value.length;
  }
  return { chunks: goOn(parts, rest, tail), isWhole: false };
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function* goOn(
  parts: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  tail: Tail,
): AsyncGenerator<Uint8Array> {
  try {
    yield* parts;
    for (;;) {
      const { value, done } = await rest.next();
      if (done === true) break;
      tail.add(value);
      yield value;
    }
    tail.expectEnd();
  } finally {
    await rest.return?.();
  }
}

/** The last bytes of an answer, as the chunks that hold them. */
class Tail {
  #chunks: Uint8Array[] = [];
  #length = 0;

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length - this.#chunks[0]!.length >= TAIL_BYTES) {
      this.#length -= this.#chunks.shift()!.length;
    }
  }

  /** Throws where the answer does not end as it should. */
  expectEnd(): void {
    // A chunk may be a whole answer: only its end is copied.
    const ends = this.#chunks.map((chunk) => chunk.subarray(-TAIL_BYTES));
    const bytes = Buffer.concat(ends).subarray(-TAIL_BYTES);
    if (bytes.subarray(-END_MARKER.length).equals(END_MARKER)) return;
    const text = bytes.toString('utf8');
    const at = text.lastIndexOf('Code: ');
    if (at >= 0 && text.includes('Exception: ', at)) throw parseError(text.slice(at));
    throw new Error('the answer broke off: it ends without the end marker of an Arrow stream');
  }
}
