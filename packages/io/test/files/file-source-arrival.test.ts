import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDictionary, type DeadLetter } from '@windrow/core';
import { Float64, Int64, Table, Utf8, tableToIPC, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSource } from '../../src/index.ts';

const ID = '00000000-0000-4000-8000-000000000001';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-arrival-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The second row has no time of arrival. */
const ids = [ID, ID, ID];
const times = [1000n, 2000n, 3000n];
const values = [1, 2, 3];
const arrivals = [1500n, null, 3500n];

const forms: readonly (readonly [name: string, bytes: () => string | Uint8Array])[] = [
  [
    'rows.csv',
    () =>
      `came,metric_id,timestamp_ms,value\n${ids.map((id, i) => [arrivals[i] ?? '', id, times[i], values[i]].join(',')).join('\n')}\n`,
  ],
  [
    'rows.ndjson',
    () =>
      ids
        .map((id, i) => {
          const came = arrivals[i] === null ? null : Number(arrivals[i]);
          const row = { metric_id: id, timestamp_ms: Number(times[i]), value: values[i], came };
          return `${JSON.stringify(row)}\n`;
        })
        .join(''),
  ],
  [
    'rows.parquet',
    () =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'metric_id', data: ids },
            { name: 'timestamp_ms', data: times },
            { name: 'value', data: values, type: 'DOUBLE' },
            { name: 'came', data: arrivals },
          ],
        }),
      ),
  ],
  [
    'rows.arrow',
    () =>
      tableToIPC(
        new Table({
          metric_id: vectorFromArray(ids, new Utf8()),
          timestamp_ms: vectorFromArray(times, new Int64()),
          value: vectorFromArray(values, new Float64()),
          came: vectorFromArray(arrivals, new Int64()),
        }),
        'file',
      ),
  ],
];

async function read(path: string, arrivalColumn: string | null) {
  const dictionary = MetricDictionary.of([ID]);
  const source = fileSource(path);
  const rows: (readonly [timestampMs: number, arrivalMs: number | undefined])[] = [];
  const letters: DeadLetter[] = [];
  const asked = arrivalColumn === null ? {} : { arrivalColumn };
  for (const split of await source.splits(null)) {
    const reject = (letter: DeadLetter): unknown => letters.push(letter);
    for await (const batch of source.read(split, { dictionary, range: null, reject, ...asked })) {
      for (let i = 0; i < batch.length; i++) {
        rows.push([batch.timestampsMs[i]!, batch.arrivalsMs?.[i]]);
      }
    }
  }
  return { rows, letters };
}

describe('the time of arrival', () => {
  it.each(forms)('comes with the samples of %s if it is asked for', async (name, bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes());
    const plain = await read(path, null);
    expect(plain.rows).toEqual([
      [1000, undefined],
      [2000, undefined],
      [3000, undefined],
    ]);
    const { rows, letters } = await read(path, 'came');
    expect(rows).toEqual([
      [1000, 1500],
      [3000, 3500],
    ]);
    expect(letters.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('the time of arrival: found none'),
    ]);
    const wrong = await read(path, 'elsewhere');
    expect(wrong.rows).toEqual([]);
    expect(wrong.letters.length).toBeGreaterThan(0);
  });

  it.each(['rows.csv', 'rows.parquet'])('is refused where it is there twice: %s', async (name) => {
    const path = join(folder, `twice.${name}`);
    const twice: ColumnSource[] = [
      { name: 'came', data: [1n] },
      { name: 'metric_id', data: [ID] },
      { name: 'timestamp_ms', data: [5n] },
      { name: 'value', data: [2], type: 'DOUBLE' },
      { name: 'came', data: [2n] },
    ];
    const bytes = name.endsWith('.csv')
      ? `came,metric_id,timestamp_ms,value,came\n1,${ID},5,2,2\n`
      : new Uint8Array(parquetWriteBuffer({ columnData: twice }));
    writeFileSync(path, bytes);
    expect((await read(path, null)).rows).toEqual([[5, undefined]]);
    const { rows, letters } = await read(path, 'came');
    expect(rows).toEqual([]);
    const reason = expect.stringMatching(/column came: found it twice, expected it once/);
    expect(letters).toMatchObject([{ reason }]);
  });
});
