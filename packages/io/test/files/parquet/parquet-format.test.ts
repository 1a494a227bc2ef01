import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MetricDictionary } from '@windrow/core';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../src/index.ts';
import {
  idOf,
  keysOf,
  readAll,
  someRows,
  withFolder,
  writeRows,
  type Read,
} from '../../samples.ts';

const ROWS = 3000;
const rows = someRows(ROWS);
const ids = rows.map((row) => row.id);
const times = rows.map((row) => BigInt(row.timestampMs));
const values = rows.map((row) => row.value);

const REQUIRED = { repetition_type: 'REQUIRED' } as const;
const OPTIONAL = { repetition_type: 'OPTIONAL' } as const;
const textId: SchemaElement = {
  name: 'metric_id',
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  ...OPTIONAL,
};
const time: SchemaElement = { name: 'timestamp_ms', type: 'INT64', ...OPTIONAL };
const value: SchemaElement = { name: 'value', type: 'DOUBLE', ...OPTIONAL };

type Column = Omit<ColumnSource, 'name'> & { element: SchemaElement };

function parquet(columns: readonly Column[], rowGroupSize = 1000): Buffer {
  const schema = [
    { name: 'root', num_children: columns.length },
    ...columns.map((column) => column.element),
  ];
  const columnData = columns.map(({ element, ...rest }) => ({ ...rest, name: element.name }));
  const buffer = parquetWriteBuffer({ schema, columnData, rowGroupSize, pageSize: 2000 });
  return Buffer.from(buffer);
}

async function read(bytes: Uint8Array, query = ''): Promise<Read> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'a.parquet'), bytes);
    return readAll(fileSource(`${folder}/a.parquet${query}`));
  });
}

const longColumns = (): Column[] => [
  { element: textId, data: ids },
  { element: time, data: times },
  { element: value, data: values, encoding: 'PLAIN' },
];

function bytesOf(id: string): Uint8Array {
  return new Uint8Array(Buffer.from(id.replaceAll('-', ''), 'hex'));
}

describe('the long form', () => {
  it.each([
    ['ids by dictionary', { element: textId, data: ids, encoding: 'RLE_DICTIONARY' }],
    ['plain ids', { element: textId, data: ids, encoding: 'PLAIN' }],
    ['ids by delta length', { element: textId, data: ids, encoding: 'DELTA_LENGTH_BYTE_ARRAY' }],
    ['ids by delta', { element: textId, data: ids, encoding: 'DELTA_BYTE_ARRAY' }],
    [
      'ids of 16 bytes',
      {
        element: { name: 'metric_id', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...REQUIRED },
        data: ids.map(bytesOf),
        encoding: 'PLAIN',
      },
    ],
    [
      'ids of 16 bytes by stream',
      {
        element: { name: 'metric_id', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...REQUIRED },
        data: ids.map(bytesOf),
        encoding: 'BYTE_STREAM_SPLIT',
      },
    ],
    [
      'ids in bytes of any length',
      {
        element: { name: 'metric_id', type: 'BYTE_ARRAY', ...OPTIONAL },
        data: ids.map(bytesOf),
        encoding: 'RLE_DICTIONARY',
      },
    ],
    ['times by dictionary', { element: time, data: times, encoding: 'RLE_DICTIONARY' }],
    ['plain times', { element: { ...time, ...REQUIRED }, data: times, encoding: 'PLAIN' }],
    ['times by delta', { element: time, data: times, encoding: 'DELTA_BINARY_PACKED' }],
    ['times by stream', { element: time, data: times, encoding: 'BYTE_STREAM_SPLIT' }],
    [
      'times in nanoseconds',
      {
        element: {
          ...time,
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' },
        },
        data: times.map((ms) => ms * 1_000_000n + 999_999n),
        encoding: 'PLAIN',
      },
    ],
    [
      'times in microseconds',
      {
        element: { ...time, converted_type: 'TIMESTAMP_MICROS' },
        data: times.map((ms) => ms * 1000n + 1n),
        encoding: 'DELTA_BINARY_PACKED',
      },
    ],
    ['plain values', { element: { ...value, ...REQUIRED }, data: values, encoding: 'PLAIN' }],
    ['values by stream', { element: value, data: values, encoding: 'BYTE_STREAM_SPLIT' }],
  ] as [string, Column][])('reads %s', async (_, column) => {
    const columns = longColumns().map((each) =>
      each.element.name === column.element.name ? column : each,
    );
    const got = await read(
      parquet([{ element: { ...value, name: 'x' }, data: values }, ...columns]),
    );
    expect(got.letters).toEqual([]);
    expect(keysOf(got.rows)).toEqual(keysOf(rows));
  });

  it('reads floats and integers as values, and int32 as times', async () => {
    const ints = rows.map((_, i) => i - 5);
    const columns = (element: SchemaElement, data: ColumnSource['data']): Column[] => [
      { element: textId, data: ids },
      { element: { name: 'timestamp_ms', type: 'INT32', ...OPTIONAL }, data: ints },
      { element: { ...element, name: 'value' }, data },
    ];
    const float = await read(
      parquet(
        columns(
          { ...value, type: 'FLOAT' },
          ints.map((i) => i / 4),
        ),
      ),
    );
    expect(float.rows.map((row) => row.value)).toEqual(ints.map((i) => i / 4));
    expect(float.rows.map((row) => row.timestampMs)).toEqual(ints);
    const int64 = await read(
      parquet(
        columns(
          { ...value, type: 'INT64' },
          ints.map((i) => BigInt(i)),
        ),
      ),
    );
    expect(int64.rows.map((row) => row.value)).toEqual(ints);
    const int32 = await read(parquet(columns({ ...value, type: 'INT32' }, ints)));
    expect(int32.rows.map((row) => row.value)).toEqual(ints);
  });

  it('gives null values as NaN, and sets rows with a null id or time aside by their number', async () => {
    const holes = <Value>(all: readonly Value[], every: number): (Value | null)[] =>
      all.map((each, i) => (i % every === 3 ? null : each));
    const got = await read(
      parquet([
        { element: textId, data: holes(ids, 500) },
        { element: time, data: holes(times, 700) },
        { element: value, data: holes(values, 3), encoding: 'PLAIN' },
      ]),
    );
    const bad = rows.flatMap((_, i) => (i % 500 === 3 || i % 700 === 3 ? [i + 1] : []));
    expect(got.letters.map((letter) => letter.row)).toEqual(bad);
    expect(got.letters[1]!.reason).toMatch(/metric_id: found null/);
    expect(got.letters.find((letter) => letter.row === 704)!.reason).toMatch(
      /timestamp_ms: found null/,
    );
    const expected = rows.filter((_, i) => !bad.includes(i + 1));
    expect(got.rows).toHaveLength(expected.length);
  });

  it('sets rows with an id that is none and a time out of bounds aside', async () => {
    const got = await read(
      parquet([
        { element: textId, data: ids.map((id, i) => (i === 1500 ? 'pump 7' : id)) },
        {
          element: time,
          data: times.map((ms, i) => (i === 1501 ? 2n ** 60n : ms)),
          encoding: 'PLAIN',
        },
        { element: value, data: values, encoding: 'PLAIN' },
      ]),
    );
    expect(got.letters).toMatchObject([
      { row: 1501, reason: 'metric_id: found "pump 7", expected a UUID' },
      { row: 1502, reason: expect.stringMatching(/timestamp_ms: found 11529215046068/) },
    ]);
    expect(got.rows).toHaveLength(ROWS - 2);
  });

  it.each([
    [
      [{ element: textId, data: ids }],
      /found the columns metric_id, expected .*missing: timestamp_ms, value/,
    ],
    [
      [...longColumns().slice(0, 2), { element: { ...textId, name: 'value' }, data: ids }],
      /column value: found BYTE_ARRAY \(UTF8\), expected double/,
    ],
    [
      [
        longColumns()[0]!,
        { element: { ...value, name: 'timestamp_ms' }, data: values },
        longColumns()[2]!,
      ],
      /column timestamp_ms: found DOUBLE, expected int64/,
    ],
    [
      [{ element: { ...time, name: 'metric_id' }, data: times }, ...longColumns().slice(1)],
      /column metric_id: found INT64, expected text or 16 bytes/,
    ],
  ] as [Column[], RegExp][])('tells of columns that are none: %#', async (columns, reason) => {
    const got = await read(parquet(columns));
    expect(got.rows).toEqual([]);
    expect(got.letters).toMatchObject([{ row: null, reason: expect.stringMatching(reason) }]);
  });

  it('goes on with the next row group where one is damaged', () =>
    withFolder(async (folder) => {
      const path = await writeRows(join(folder, 'a.parquet'), someRows(140_000), 20_000);
      const bytes = await readFile(path);
      bytes[200]! ^= 0xff;
      const got = await read(bytes);
      expect(got.rows.length).toBe(140_000 - 131_072);
      expect(got.letters).toMatchObject([
        { row: 1, reason: expect.stringMatching(/rows 1 to 131072 cannot be read/) },
      ]);
    }));

  it('reads row groups side by side, each with a dictionary of its own', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.parquet');
      const changing = ids.map((_, i) => idOf(Math.floor(i / 700)));
      const columns = [{ element: textId, data: changing }, ...longColumns().slice(1)];
      await writeFile(path, parquet(columns, 500));
      const source = fileSource(path);
      const dictionary = new MetricDictionary();
      const parts = await Promise.all(
        (await source.splits(null)).map(async (split) => {
          const got: string[] = [];
          const options = { dictionary, range: null, reject: () => undefined };
          for await (const batch of source.read(split, options)) {
            for (const slot of batch.slots.subarray(0, batch.length))
              got.push(dictionary.text(slot));
          }
          return got;
        }),
      );
      expect(parts.flat()).toEqual(changing);
    }));

  it('leaves row groups outside the range out, by statistics in any unit', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.parquet');
      const sorted = times.toSorted((a, b) => Number(a - b));
      const element: SchemaElement = { ...time, converted_type: 'TIMESTAMP_MICROS' };
      const data = sorted.map((ms) => ms * 1000n + 999n);
      const columns = [longColumns()[0]!, { element, data }, longColumns()[2]!];
      await writeFile(path, parquet(columns));
      const source = fileSource(path);
      const all = await source.splits(null);
      expect(all.map((split) => split.minMs)).toEqual(
        [0, 1000, 2000].map((i) => Number(sorted[i])),
      );
      expect(all.map((split) => split.maxMs)).toEqual(
        [999, 1999, 2999].map((i) => Number(sorted[i])),
      );
      const startMs = all[1]!.maxMs!;
      expect(await source.splits({ startMs, endMs: Infinity })).toEqual(all.slice(1));
      expect(await source.splits({ startMs: -Infinity, endMs: all[1]!.minMs! })).toEqual(
        all.slice(0, 1),
      );
    }));
});

describe('the wide form', () => {
  const wide = (names: readonly string[]): Buffer =>
    parquet([
      { element: time, data: [1n, 2n, null, 4n] },
      { element: { ...value, name: names[0]! }, data: [1, null, 3, 4] },
      { element: { ...value, name: 'comment', type: 'BYTE_ARRAY' }, data: ['a', 'b', 'c', 'd'] },
      { element: { ...value, name: names[1]! }, data: [10, 20, 30, Number.NaN], encoding: 'PLAIN' },
    ]);
  const expected = [
    { id: idOf(1), timestampMs: 1, value: 1 },
    { id: idOf(2), timestampMs: 1, value: 10 },
    { id: idOf(2), timestampMs: 2, value: 20 },
    { id: idOf(1), timestampMs: 4, value: 4 },
    { id: idOf(2), timestampMs: 4, value: Number.NaN },
  ];

  it('takes columns whose names are ids; a null cell is no sample, a NaN is one', async () => {
    const got = await read(wide([idOf(1).toUpperCase(), idOf(2)]));
    expect(got.rows).toEqual(expected);
    expect(got.letters).toMatchObject([{ row: 3, reason: expect.stringMatching(/timestamp_ms/) }]);
  });

  it.each([
    ['map.csv', `name,metric_id,column\nx,${idOf(1)},pressure\ny,${idOf(2)},speed\n`],
    ['map.json', JSON.stringify({ pressure: idOf(1), speed: idOf(2) })],
  ])('takes the columns of a mapping file %s', (name, mapping) =>
    withFolder(async (folder) => {
      await writeFile(join(folder, name), mapping);
      await writeFile(join(folder, 'a.parquet'), wide(['pressure', 'speed']));
      const byUri = fileSource(`file:${folder}/a.parquet?wide=${folder}/${name}`);
      expect((await readAll(byUri)).rows).toEqual(expected);
      const byOption = fileSource(`${folder}/a.parquet`, { wide: join(folder, name) });
      expect((await readAll(byOption)).rows).toEqual(expected);
    }),
  );

  it.each([
    ['map.csv', 'a,b\n1,2', /header a,b/],
    [
      'map.csv',
      `column,metric_id,metric_id\nx,${idOf(1)},${idOf(2)}`,
      /column metric_id: found it twice, expected it once/,
    ],
    ['map.csv', 'column,metric_id\nx,7', /column "x": found "7"/],
    ['map.csv', `column,metric_id\nx,${idOf(1)}\nx,${idOf(2)}`, /twice/],
    ['map.json', '[]', /expected an object/],
    ['map.json', '{', /no JSON/],
    ['map.json', '{}', /no entry/],
  ])('refuses a mapping %s: %s', (name, mapping, message) =>
    withFolder(async (folder) => {
      await writeFile(join(folder, name), mapping);
      await writeFile(join(folder, 'a.parquet'), wide(['x', 'y']));
      const splits = fileSource(`${folder}/a.parquet?wide=${folder}/${name}`).splits(null);
      await expect(splits).rejects.toMatchObject({
        code: 'INPUT',
        message: expect.stringMatching(message),
      });
    }),
  );

  it('tells of a mapping that fits no column', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'm.json'), JSON.stringify({ torque: idOf(1) }));
      const got = await read(wide(['x', 'y']), `?wide=${folder}/m.json`);
      expect(got.letters).toMatchObject([{ row: null, reason: expect.stringMatching(/torque/) }]);
    }));
});

describe('what is no Parquet', () => {
  it.each([
    ['', /the file is empty/],
    ['PAR1', /does not end in a Parquet footer/],
    ['x'.repeat(100), /does not end in a Parquet footer/],
    ['PAR1\u0015\u0000\u0000\u0000\u0000PARE', /encrypted/],
    ['PAR1aaaa\u00ff\u00ff\u00ff\u007fPAR1', /a footer of 2147483647 bytes/],
    ['PAR1\u0000\u0001\u0000\u0000\u0000PAR1', /footer/],
  ])('%j is one dead letter', async (text, reason) => {
    const got = await read(Buffer.from(text, 'latin1'));
    expect(got.letters).toMatchObject([{ row: null, reason: expect.stringMatching(reason) }]);
  });
});
