/**
 * Metric ids as small integers, given out once, at the door.
 *
 * A slot is the index of an id in the dictionary: 0, 1, 2, ... in order of first sight; it never changes. An *open*
 * dictionary takes every id it meets (codecs, tools). A *closed* one holds what was put in before it was closed (the
 * metrics that definitions ask for) and answers `UNKNOWN_SLOT` for every other, so that its size does not depend on
 * what a source sends.
 *
 * Inside: 16 bytes an id in one array, an open-addressing table of slots over four 32-bit words of the id, and a
 * bounded cache from text to slot (parsing 36 characters costs five times a cache hit).
 */
import {
  METRIC_ID_BYTES,
  METRIC_ID_TEXT_LENGTH,
  formatMetricId,
  parseMetricId,
  parseMetricIdAscii,
} from './metric-id.ts';

/** Answer of a closed dictionary for an id that it does not hold. */
export const UNKNOWN_SLOT = -1;
/** Answer for what is no UUID at all. */
export const INVALID_SLOT = -2;

const TEXT_CACHE_MAX = 1 << 17;

/** Interning table of metric ids. */
export class MetricDictionary {
  #bytes: Uint8Array = new Uint8Array(64 * METRIC_ID_BYTES);
  /** The same ids as four little-endian words each, for comparing. Signed: V8 boxes a word above 2^31 that it hands from call to call. */
  #words: Int32Array = new Int32Array(64 * 4);
  #table: Int32Array = new Int32Array(128).fill(-1);
  #size = 0;
  #closed = false;
  readonly #texts: (string | undefined)[] = [];
  readonly #slotByText: Map<string, number> = new Map();
  /** The id whose text is being looked up. */
  readonly #probe: Uint8Array = new Uint8Array(METRIC_ID_BYTES);

  /** A closed dictionary of these ids, in this order (repeats keep their first slot). Throws on what is no UUID. */
  static of(ids: Iterable<string>): MetricDictionary {
    const dictionary = new MetricDictionary();
    for (const id of ids) {
      if (dictionary.intern(id) === INVALID_SLOT) throw new Error(`no UUID: ${id}`);
    }
    return dictionary.close();
  }

  /** Number of ids held; slots are below it. */
  get size(): number {
    return this.#size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** From now on unknown ids get `UNKNOWN_SLOT`. */
  close(): this {
    this.#closed = true;
    return this;
  }

  /** The slot of an id's text, `UNKNOWN_SLOT` or `INVALID_SLOT`. */
  intern(text: string): number {
    const cached = this.#slotByText.get(text);
    if (cached !== undefined) return cached;
    if (!parseMetricId(text, this.#probe, 0)) return INVALID_SLOT;
    const slot = this.internBytes(this.#probe, 0);
    if (slot >= 0) {
      if (this.#slotByText.size >= TEXT_CACHE_MAX) this.#slotByText.clear();
      this.#slotByText.set(text, slot);
    }
    return slot;
  }

  /** The slot of an id's text, which a closed dictionary takes in too: for metrics that are asked for from now on. */
  admit(text: string): number {
    const wasClosed = this.#closed;
    this.#closed = false;
    const slot = this.intern(text);
    this.#closed = wasClosed;
    return slot;
  }

  /** The slot of the 36 ASCII characters at `ascii[start]`; `length` is that of the field and must be 36. */
  internAscii(ascii: Uint8Array, start: number, length: number): number {
    if (length !== METRIC_ID_TEXT_LENGTH || !parseMetricIdAscii(ascii, start, this.#probe, 0)) {
      return INVALID_SLOT;
    }
    return this.internBytes(this.#probe, 0);
  }

  /** The slot of the 16 bytes at `bytes[start]`. */
  internBytes(bytes: Uint8Array, start: number): number {
    return this.#internInt32(
      wordAt(bytes, start),
      wordAt(bytes, start + 4),
      wordAt(bytes, start + 8),
      wordAt(bytes, start + 12),
    );
  }

  /** The slot of the 16 bytes given as four words: each the little-endian uint32, or int32, of its four bytes. */
  internWords(a: number, b: number, c: number, d: number): number {
    return this.#internInt32(a | 0, b | 0, c | 0, d | 0);
  }

  #internInt32(a: number, b: number, c: number, d: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    const words = this.#words;
    let at = hash(a, b, c, d) & mask;
    for (;;) {
      const slot = table[at]!;
      if (slot < 0) break;
      const word = slot * 4;
      if (
        words[word] === a &&
        words[word + 1] === b &&
        words[word + 2] === c &&
        words[word + 3] === d
      ) {
        return slot;
      }
      at = (at + 1) & mask;
    }
    return this.#closed ? UNKNOWN_SLOT : this.#insert(at, a, b, c, d);
  }

  /** The lower-case text of a slot. */
  text(slot: number): string {
    const known = this.#texts[slot];
    if (known !== undefined) return known;
    this.#check(slot);
    const text = formatMetricId(this.#bytes, slot * METRIC_ID_BYTES);
    this.#texts[slot] = text;
    return text;
  }

  /** Copies the 16 bytes of a slot to `out[start ..]`. */
  copyBytes(slot: number, out: Uint8Array, start: number): void {
    this.#check(slot);
    const at = slot * METRIC_ID_BYTES;
    for (let i = 0; i < METRIC_ID_BYTES; i++) out[start + i] = this.#bytes[at + i]!;
  }

  /** All ids, 16 bytes each, by slot. A view that the next new id may outdate. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size * METRIC_ID_BYTES);
  }

  #check(slot: number): void {
    if (!(slot >= 0 && slot < this.#size)) throw new RangeError(`no slot ${slot} of ${this.#size}`);
  }

  #insert(at: number, a: number, b: number, c: number, d: number): number {
    const slot = this.#size++;
    this.#table[at] = slot;
    if (this.#size * METRIC_ID_BYTES > this.#bytes.length) {
      const bytes = new Uint8Array(this.#bytes.length * 2);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      const words = new Int32Array(this.#words.length * 2);
      words.set(this.#words);
      this.#words = words;
    }
    for (const [i, word] of [a, b, c, d].entries()) {
      this.#words[slot * 4 + i] = word;
      for (let byte = 0; byte < 4; byte++) {
        this.#bytes[slot * METRIC_ID_BYTES + i * 4 + byte] = word >>> (byte * 8);
      }
    }
    if (this.#size * 2 > this.#table.length) this.#rehash();
    return slot;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2).fill(-1);
    const mask = table.length - 1;
    const words = this.#words;
    for (let slot = 0; slot < this.#size; slot++) {
      const word = slot * 4;
      let at = hash(words[word]!, words[word + 1]!, words[word + 2]!, words[word + 3]!) & mask;
      while (table[at]! >= 0) at = (at + 1) & mask;
      table[at] = slot;
    }
    this.#table = table;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Mixes four words; UUIDv1 and sequential ids differ in few bits, so every word is multiplied. */
function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39);
  return h ^ (h >>> 16);
}
