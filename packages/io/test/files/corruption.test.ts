/**
 * Files that are cut off at many offsets and that have bits flipped. Whatever the bytes are: no throw, no hang, and where
 * the form has checksums, no row that was not there.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../src/index.ts';
import { keysOf, readAll, someRows, withFolder, writeRows, type Read } from '../samples.ts';

const ROWS = 400;
/** So that a run can be repeated; a failure names the offsets. */
const SEED = 20_190_306;

/** Forms whose bytes are all under a checksum, or under one and a structure that shows. */
const CHECKED = new Set(['csv.gz', 'ndjson.zst', 'rec.zst', 'arrows.gz']);
const FORMS = ['parquet', 'arrow', 'arrows', 'csv', 'ndjson', 'rec', ...CHECKED];

interface Original {
  readonly bytes: Buffer;
  readonly keys: readonly string[];
  readonly readDamaged: (bytes: Uint8Array) => Promise<Read>;
}

function withOriginal(form: string, run: (original: Original) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const rows = someRows(ROWS);
    const bytes = await readFile(await writeRows(join(folder, `good.${form}`), rows));
    await mkdir(join(folder, 'bad'));
    const path = join(folder, 'bad', `bad.${form}`);
    const readDamaged = async (damaged: Uint8Array): Promise<Read> => {
      await writeFile(path, damaged);
      return readAll(fileSource(path));
    };
    await run({ bytes, keys: keysOf(rows), readDamaged });
  });
}

function* numbers(count: number): Generator<number> {
  let state = SEED;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe.each(FORMS)('damaged .%s', (form) => {
  it('gives a prefix of its rows where it is cut off, and says so', () =>
    withOriginal(form, async ({ bytes, keys, readDamaged }) => {
      for (const at of [0, 1, 7, 8, bytes.length - 9, bytes.length - 1, ...cuts(bytes.length)]) {
        const read = await readDamaged(bytes.subarray(0, at));
        const got = keysOf(read.rows);
        // The last number of a CSV may be cut short where nothing shows it.
        const sure = form === 'csv' ? got.slice(0, -1) : got;
        expect(sure, `cut at ${at}`).toEqual(keys.slice(0, sure.length));
        const isBetweenRows = ['csv', 'ndjson', 'rec'].includes(form) && at > 0;
        const told = read.letters.length === 1 || isBetweenRows;
        expect(told, `cut at ${at}`).toBe(true);
      }
    }));

  it('does not throw, and gives nothing false where there is a checksum, when bits are flipped', () =>
    withOriginal(form, async ({ bytes, keys, readDamaged }) => {
      const known = new Set(keys);
      for (const random of numbers(40)) {
        const at = Math.floor(random * bytes.length);
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1 << (Math.floor(random * 1e6) & 7);
        const read = await readDamaged(damaged);
        expect(read.rows.length, `flip at ${at}`).toBeLessThanOrEqual(keys.length + 1);
        if (!CHECKED.has(form) && form !== 'parquet') continue;
        const isFalse = keysOf(read.rows).some((key) => !known.has(key));
        expect(isFalse, `flip at ${at}`).toBe(false);
      }
    }));
});

function cuts(length: number): number[] {
  return [...numbers(15)].map((random) => Math.floor(random * length));
}
