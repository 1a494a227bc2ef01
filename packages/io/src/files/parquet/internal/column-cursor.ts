/**
 * A walk over the values of one column chunk, any number at a time, nulls included.
 *
 * What a value is, is the decoder's business; pages, definition levels and where nulls stand are this one's.
 */
import type { RandomAccess } from '../../file-storage.ts';
import { Damage, damageOf } from '../../internal/damage.ts';
import { ChunkPages, type ChunkPlace, type Page } from './chunk-pages.ts';
import { HybridDecoder } from './hybrid-decoder.ts';

/** Turns the bytes of pages into values of one column. */
export interface ValueDecoder<Column extends Int32Array | Float64Array> {
  /** What stands for a null. */
  readonly nullValue: number;
  /** A chunk begins: what its dictionary was before is forgotten. */
  reset(): void;
  /** The dictionary that later data pages refer to. */
  dictionary(page: Page): void;
  /** Starts a data page that has `count` values (nulls not counted) at `page.bytes[start ..]`. */
  begin(page: Page, start: number, count: number): void;
  /** The next `count` values of the page, to `out[at ..]`. Throws Damage where the page has fewer. */
  read(out: Column, at: number, count: number): void;
}

/** Values at a time for which definition levels are decoded. */
const LEVELS_BLOCK = 4096;

export class ColumnCursor<Column extends Int32Array | Float64Array> {
  readonly #pages: ChunkPages = new ChunkPages();
  readonly #decoder: ValueDecoder<Column>;
  readonly #nullable: boolean;
  readonly #levels: HybridDecoder = new HybridDecoder();
  readonly #present: Int32Array = new Int32Array(LEVELS_BLOCK);
  #path = '';
  /** Values of the current page not yet taken, nulls included. */
  #left = 0;
  /** Whether the current page has no nulls. */
  #dense = true;
  #damage: string | null = null;

  /** @param nullable whether the column may have nulls, and so definition levels of one bit */
  constructor(decoder: ValueDecoder<Column>, nullable: boolean) {
    this.#decoder = decoder;
    this.#nullable = nullable;
  }

  /** Moves to the first value of a chunk. */
  start(file: RandomAccess, path: string, place: ChunkPlace): void {
    this.#path = path;
    this.#pages.start(file, place);
    this.#decoder.reset();
    this.#left = 0;
    this.#damage = null;
  }

  /** Why `fill` came back with fewer values than it was asked for; null where it did not. */
  get damage(): string | null {
    return this.#damage;
  }

  /**
   * The next `count` values, to `out[0 ..]`, and where it is given, 1 for a value and 0 for a null to `present[0 ..]`.
   * @returns how many there were; fewer than `count` only where the chunk cannot be read any further
   */
  async fill(out: Column, count: number, present?: Uint8Array): Promise<number> {
    let at = 0;
    try {
      while (at < count) {
        if (this.#left === 0) await this.#nextPage();
        const take = Math.min(this.#left, count - at);
        if (this.#dense) {
          this.#decoder.read(out, at, take);
          present?.fill(1, at, at + take);
        } else {
          this.#readSparse(out, at, take, present);
        }
        this.#left -= take;
        at += take;
      }
    } catch (error) {
      this.#damage = damageOf(error, this.#path);
    }
    return at;
  }

  async #nextPage(): Promise<void> {
    while (this.#left === 0) {
      const page = await this.#pages.next();
      if (page === null) throw new Damage('the column has fewer values than its row group rows');
      if (page.kind === 'dictionary') this.#decoder.dictionary(page);
      else this.#begin(page);
    }
  }

  #begin(page: Page): void {
    this.#left = page.valueCount;
    this.#dense = true;
    const { start, end } = levelsOf(page, this.#nullable);
    let present = page.valueCount;
    if (this.#nullable && page.valueCount > 0) {
      this.#levels.reset(page.bytes, start, end, 1);
      if (!this.#levels.isRunOf(1, page.valueCount)) {
        this.#dense = false;
        present = this.#countPresent(page.valueCount);
        this.#levels.reset(page.bytes, start, end, 1);
      }
    }
    this.#decoder.begin(page, end, present);
  }

  #countPresent(count: number): number {
    let present = 0;
    for (let done = 0; done < count;) {
      const block = Math.min(count - done, LEVELS_BLOCK);
      this.#levels.read(this.#present, 0, block);
      for (let i = 0; i < block; i++) present += this.#present[i]!;
      done += block;
    }
    return present;
  }

  #readSparse(out: Column, at: number, count: number, marks?: Uint8Array): void {
    for (let done = 0; done < count;) {
      const block = Math.min(count - done, LEVELS_BLOCK);
      this.#levels.read(this.#present, 0, block);
      let present = 0;
      for (let i = 0; i < block; i++) present += this.#present[i]!;
      this.#decoder.read(out, at + done, present);
      this.#spread(out, at + done, block, present);
      marks?.set(this.#present.subarray(0, block), at + done);
      done += block;
    }
  }

  /** Moves `present` values at `out[at ..]` to where they belong among `block`, from the back. */
  #spread(out: Column, at: number, block: number, present: number): void {
    const nullValue = this.#decoder.nullValue;
    let from = at + present - 1;
    for (let i = block - 1; i >= 0; i--) {
      out[at + i] = this.#present[i] === 1 ? out[from--]! : nullValue;
    }
  }
}

/** Where the definition levels begin and end; the values follow. */
function levelsOf(page: Page, nullable: boolean): { start: number; end: number } {
  if (page.levelsEnd !== null) return { start: 0, end: page.levelsEnd };
  if (!nullable) return { start: 0, end: 0 };
  if (page.bytes.length < 4) throw new Damage('a page that ends within its definition levels');
  const { buffer, byteOffset, byteLength } = page.bytes;
  const size = new DataView(buffer, byteOffset, byteLength).getUint32(0, true);
  if (size > byteLength - 4)
    throw new Damage(`definition levels of ${size} bytes in a page of ${byteLength}`);
  return { start: 4, end: 4 + size };
}
