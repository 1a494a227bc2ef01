import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../src/index.ts';
import { integerOfField, valueOfField } from '../../../src/files/csv/field-numbers.ts';
import { idOf, readAll, withFolder, type Read } from '../../samples.ts';

const id = idOf(1);
const header = 'metric_id,timestamp_ms,value\n';

async function read(text: string): Promise<Read> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'a.csv'), text);
    return readAll(fileSource(join(folder, 'a.csv')));
  });
}

describe('numbers in CSV fields', () => {
  it.each([
    ['4.8e1', 48],
    ['-0.0', -0],
    ['+.5', 0.5],
    ['5.', 5],
    ['1e400', Infinity],
    [' 7 ', 7],
    ['', Number.NaN],
    ['NaN', Number.NaN],
    ['null', Number.NaN],
    ['-inf', -Infinity],
    ['Infinity', Infinity],
    ['0x10', undefined],
    ['1,5', undefined],
    ['1_000', undefined],
    ['abc', undefined],
    ['1e', undefined],
    ['--1', undefined],
    ['true', undefined],
  ])('value %j is %d', (field, value) => {
    expect(valueOfField(field)).toBe(value);
  });

  it.each([
    ['1551869551000', 1_551_869_551_000],
    ['-1500', -1500],
    ['12.0', 12],
    ['1.5e3', 1500],
    ['-0', 0],
    ['12.5', undefined],
    ['', undefined],
    ['yesterday', undefined],
    ['2019-03-06', undefined],
    ['NaN', undefined],
  ])('timestamp %j is %d', (field, value) => {
    expect(integerOfField(field)).toBe(value);
  });
});

describe('CSV samples', () => {
  it('takes columns in any order, ignores others, quotes, BOM, CRLF and blank lines', async () => {
    const text =
      `\uFEFFvalue,unit, timestamp_ms ,"metric_id"\r\n` +
      `1.5,"a, ""b""",1000,${id}\r\n\r\n"2.5",,"2000","${id.toUpperCase()}"\n` +
      `3.5,"two\nlines",3000,${id}`;
    const { rows, letters } = await read(text);
    expect(letters).toEqual([]);
    expect(rows).toEqual([
      { id, timestampMs: 1000, value: 1.5 },
      { id, timestampMs: 2000, value: 2.5 },
      { id, timestampMs: 3000, value: 3.5 },
    ]);
  });

  it('sets rows aside by physical line, with what was found', async () => {
    const bad = [
      [`${id},1`, /found 2 fields, expected 3/],
      [`${id},1,2,3`, /found 4 fields, expected 3/],
      [`${id},1,3,5`, /found 4 fields/],
      [`x,1,2`, /metric_id: found "x", expected a UUID/],
      [`,1,2`, /metric_id: found ""/],
      [`${id},1.5,2`, /timestamp_ms: found "1.5"/],
      [`${id},9e15,2`, /timestamp_ms: found 9000000000000000/],
      [`${id},1,two`, /value: found "two"/],
      [`${id},1,2"3`, /quote/i],
    ] as const;
    const lines = bad.flatMap(([line]) => ['', line, `${id},7,7`]);
    const { rows, letters } = await read(header + lines.join('\n'));
    expect(rows).toHaveLength(bad.length);
    expect(letters.map((letter) => letter.row)).toEqual(bad.map((_, i) => 3 + i * 3));
    for (const [i, [, reason]] of bad.entries()) expect(letters[i]!.reason).toMatch(reason);
    expect(letters[0]!.raw).toBe(`${id},1`);
  });

  it.each([
    ['', /the file is empty/],
    ['\n\n', /the file is empty/],
    ['metric_id,timestamp_ms\na,1', /found the header "metric_id,timestamp_ms", expected/],
    [`${id},1,2\n`, /found the header/],
    [
      `metric_id,timestamp_ms,value,value\n${id},1,2,3\n`,
      /column value: found it twice, expected it once/,
    ],
    [
      `timestamp_ms,"metric_id",value, metric_id\n1,${id},2,${id}\n`,
      /column metric_id: found it twice, expected it once/,
    ],
  ])('tells of a file without its columns: %j', async (text, reason) => {
    const { rows, letters } = await read(text);
    expect(rows).toEqual([]);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ row: null, reason: expect.stringMatching(reason) });
  });

  it('takes a header without rows for an empty table', async () => {
    expect(await read(header)).toMatchObject({ rows: [], letters: [] });
  });

  it('ends at a quote that is never closed, in bounded memory', async () => {
    const line = `${id},1,2\n`;
    const short = await read(`${header}${line}"${line.repeat(5)}`);
    expect(short.rows).toHaveLength(1);
    expect(short.letters).toMatchObject([{ row: 3, reason: expect.stringMatching(/quote/i) }]);
    const long = await read(`${header}${line}"${line.repeat(100_000)}`);
    expect(long.rows).toHaveLength(1);
    expect(long.letters).toMatchObject([{ row: 3, reason: expect.stringMatching(/never closed/) }]);
  });
});
