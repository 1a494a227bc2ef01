/**
 * The pages of one column chunk, one after the other, read through a window on the file.
 *
 * Never in memory: more than one page and the window. Page sizes and counts come from outside and are limited; the CRC32
 * of a page is checked where there is one.
 */
import { crc32 } from 'node:zlib';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { CompressionCodec, Encoding, PageHeader } from 'hyparquet/src/types.js';
import type { RandomAccess } from '../../file-storage.ts';
import { Damage } from '../../internal/damage.ts';
import { decompressPage, releasePage } from './decompress.ts';
import { thriftStructEnd } from './thrift-guard.ts';

/** Largest page read, compressed or not. Writers aim at 1 MiB; some put a whole row group into one. */
const PAGE_BYTES_MAX = 256 << 20;
/** Most values in a page. */
const PAGE_VALUES_MAX = 1 << 24;
const HEADER_BYTES_MAX = 1 << 20;
const WINDOW_BYTES = 1 << 20;

/** Where a column chunk lies in the file, `[start, end)`, and how it is compressed. */
export interface ChunkPlace {
  readonly start: number;
  readonly end: number;
  readonly codec: CompressionCodec;
}

/** A page with its bytes decompressed. They are valid until the next page is asked for. */
export interface Page {
  readonly kind: 'dictionary' | 'data';
  readonly encoding: Encoding;
  /** Values in the page, nulls included. */
  readonly valueCount: number;
  readonly bytes: Uint8Array;
  /** Where the definition levels lie in `bytes`: `[0, levelsEnd)`; null where they announce their own length (v1). */
  readonly levelsEnd: number | null;
}

/** Reads pages in order; one chunk after another with the same window. */
export class ChunkPages {
  #file: Pick<RandomAccess, 'read'> | null = null;
  #place: ChunkPlace = { start: 0, end: 0, codec: 'UNCOMPRESSED' };
  /** File offset of `#window[0]`. */
  #windowStart = 0;
  #window: Uint8Array = new Uint8Array(0);
  #windowLength = 0;
  /** File offset of the next page. */
  #at = 0;
  /** The data page given out last, where its bytes are its own. */
  #given: Uint8Array | null = null;

  /** Moves to the first page of a chunk. */
  start(file: Pick<RandomAccess, 'read'>, place: ChunkPlace): void {
    this.#file = file;
    this.#place = place;
    this.#at = place.start;
    this.#windowStart = place.start;
    this.#windowLength = 0;
    this.#release();
  }

  /** The next dictionary or data page, or null at the end of the chunk. Throws Damage. */
  async next(): Promise<Page | null> {
    for (;;) {
      if (this.#at >= this.#place.end) return null;
      const { header, end } = await this.#header();
      const sizes = checkedSizes(header);
      const body = await this.#bytes(end, sizes.compressed);
      this.#at = end + sizes.compressed;
      if (header.type === 'INDEX_PAGE') continue;
      checkCrc(header, body);
      this.#release();
      const page = openPage(header, body, this.#place.codec);
      // Of a dictionary, decoders may keep the bytes.
      if (page.kind === 'data' && page.bytes.buffer !== body.buffer) this.#given = page.bytes;
      return page;
    }
  }

  #release(): void {
    if (this.#given !== null) releasePage(this.#given);
    this.#given = null;
  }

  /** The header of the page at `#at`, and the file offset at which it ends. */
  async #header(): Promise<{ header: PageHeader; end: number }> {
    for (let size = 1 << 10; ; size *= 4) {
      const available = Math.min(size, this.#place.end - this.#at);
      const bytes = await this.#bytes(this.#at, available);
      const end = thriftStructEnd(bytes, 0);
      if (end !== null) {
        const view = new DataView(bytes.buffer, bytes.byteOffset, end);
        return { header: parquetHeader({ view, offset: 0 }), end: this.#at + end };
      }
      if (available < size || size >= HEADER_BYTES_MAX) {
        throw new Damage(`no page header at byte ${this.#at}`);
      }
    }
  }

  /** The bytes `[start, start + count)` of the file, within the chunk. */
  async #bytes(start: number, count: number): Promise<Uint8Array> {
    if (start + count > this.#place.end) {
      throw new Damage(`the page at byte ${this.#at} runs past the end of its column chunk`);
    }
    const offset = start - this.#windowStart;
    if (offset < 0 || offset + count > this.#windowLength) await this.#move(start, count);
    const from = start - this.#windowStart;
    return this.#window.subarray(from, from + count);
  }

  /** Moves the window to `start`, with at least `count` bytes in it. */
  async #move(start: number, count: number): Promise<void> {
    const size = Math.min(Math.max(count, WINDOW_BYTES), this.#place.end - start);
    if (this.#window.length < size) this.#window = Buffer.allocUnsafeSlow(size);
    this.#windowStart = start;
    this.#windowLength = 0;
    while (this.#windowLength < size) {
      const { bytesRead } = await this.#file!.read(
        this.#window,
        this.#windowLength,
        size - this.#windowLength,
        start + this.#windowLength,
      );
      if (bytesRead === 0) throw new Damage(`the file ends at byte ${start + this.#windowLength}`);
      this.#windowLength += bytesRead;
    }
  }
}

function checkedSizes(header: PageHeader): { compressed: number } {
  const { compressed_page_size: compressed, uncompressed_page_size: plain } = header;
  for (const size of [compressed, plain]) {
    if (!(Number.isSafeInteger(size) && size >= 0)) throw new Damage(`a page of size ${size}`);
    if (size > PAGE_BYTES_MAX) {
      throw new Damage(
        `a page of ${size} bytes; the limit is ${PAGE_BYTES_MAX}: write smaller pages`,
      );
    }
  }
  return { compressed };
}

function checkCrc(header: PageHeader, body: Uint8Array): void {
  if (header.crc === undefined) return;
  if (crc32(body) !== header.crc >>> 0) throw new Damage('the CRC of a page does not match');
}

function openPage(header: PageHeader, body: Uint8Array, codec: CompressionCodec): Page {
  const plainSize = header.uncompressed_page_size;
  const v1 = header.data_page_header;
  if (header.type === 'DATA_PAGE' && v1 !== undefined) {
    return {
      kind: 'data',
      encoding: v1.encoding,
      valueCount: checkedCount(v1.num_values),
      bytes: decompressPage(codec, body, plainSize),
      levelsEnd: null,
    };
  }
  if (header.type === 'DATA_PAGE_V2' && header.data_page_header_v2 !== undefined) {
    return openPageV2(header.data_page_header_v2, body, plainSize, codec);
  }
  const dictionary = header.dictionary_page_header;
  if (header.type === 'DICTIONARY_PAGE' && dictionary !== undefined) {
    return {
      kind: 'dictionary',
      encoding: dictionary.encoding,
      valueCount: checkedCount(dictionary.num_values),
      bytes: decompressPage(codec, body, plainSize),
      levelsEnd: null,
    };
  }
  throw new Damage(`a page of unknown type ${header.type}`);
}

function openPageV2(
  v2: NonNullable<PageHeader['data_page_header_v2']>,
  body: Uint8Array,
  plainSize: number,
  codec: CompressionCodec,
): Page {
  const levels = v2.definition_levels_byte_length;
  if (v2.repetition_levels_byte_length !== 0) throw new Damage('a page with repetition levels');
  if (!(levels >= 0 && levels <= body.length && levels <= plainSize)) {
    throw new Damage(`definition levels of ${levels} bytes in a page of ${plainSize}`);
  }
  const packed = body.subarray(levels);
  const isCompressed = v2.is_compressed !== false && codec !== 'UNCOMPRESSED';
  const plain = isCompressed ? decompressPage(codec, packed, plainSize - levels) : packed;
  return {
    kind: 'data',
    encoding: v2.encoding,
    valueCount: checkedCount(v2.num_values),
    bytes: levels === 0 ? plain : Buffer.concat([body.subarray(0, levels), plain]),
    levelsEnd: levels,
  };
}

function checkedCount(count: number): number {
  if (!(Number.isSafeInteger(count) && count >= 0 && count <= PAGE_VALUES_MAX)) {
    throw new Damage(`a page of ${count} values; the limit is ${PAGE_VALUES_MAX}`);
  }
  return count;
}
