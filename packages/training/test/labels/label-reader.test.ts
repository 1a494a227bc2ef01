import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabels } from '../../src/labels/label-reader.ts';
import { LINE } from '../small-line.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-labels-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const columns = {
  line_id: [LINE, LINE],
  timestamp_ms: [1000, 2000],
  value: [1.5, -2],
  known_ms: [9000, 9500],
  product: ['pipe', 'hose'],
};
const names = Object.keys(columns);
const rows = [0, 1].map((i) => Object.values(columns).map((values) => values[i]));

const forms: readonly (readonly [name: string, content: () => string | Uint8Array])[] = [
  ['labels.csv', () => [names, ...rows].map((row) => `${row.join(',')}\r\n`).join('')],
  [
    'labels.ndjson',
    () =>
      rows
        .map((row) => JSON.stringify(Object.fromEntries(names.map((n, i) => [n, row[i]]))))
        .join('\n'),
  ],
  [
    'labels.parquet',
    () =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'line_id', data: columns.line_id },
            { name: 'timestamp_ms', data: columns.timestamp_ms.map((ms) => new Date(ms)) },
            { name: 'value', data: columns.value, type: 'DOUBLE' },
            { name: 'known_ms', data: columns.known_ms.map(BigInt) },
            { name: 'product', data: columns.product },
          ],
        }),
      ),
  ],
  ['labels.arrow', () => tableToIPC(tableFromArrays(columns), 'file')],
];

describe('labels', () => {
  it.each(forms)('are read from %s', async (name, content) => {
    const table = await readLabels(file(name, content()));
    expect(table.attributes).toEqual(['product']);
    expect(table.labels).toEqual([
      {
        lineId: LINE,
        timestampMs: 1000,
        value: 1.5,
        knownMs: 9000,
        target: 'value',
        attributes: ['pipe'],
      },
      {
        lineId: LINE,
        timestampMs: 2000,
        value: -2,
        knownMs: 9500,
        target: 'value',
        attributes: ['hose'],
      },
    ]);
  });

  it('may have other names, times as text and no result yet', async () => {
    const path = file(
      'named.csv',
      `line,made,result\n${LINE.toUpperCase()},1970-01-01T00:00:01.5Z,7\n`,
    );
    const mapping = { line_id: 'line', timestamp_ms: 'made', value: 'result' };
    const { labels } = await readLabels(path, mapping);
    expect(labels).toMatchObject([{ lineId: LINE, timestampMs: 1500, value: 7, knownMs: null }]);
  });

  it('may have attributes that are called like columns of a dataset', async () => {
    const path = file(
      'clash.csv',
      `line_id,made_ms,value,timestamp_ms,split,shift\n${LINE},1,2,a,b,c\n`,
    );
    const { attributes, labels } = await readLabels(path, { timestamp_ms: 'made_ms' });
    expect(attributes).toEqual(['label_timestamp_ms', 'label_split', 'shift']);
    expect(labels[0]).toMatchObject({ timestampMs: 1, attributes: ['a', 'b', 'c'] });
  });

  it('set aside what is none, with row and reason, and count an empty value', async () => {
    const path = file(
      'bad.csv',
      [
        'line_id,timestamp_ms,value',
        'line 1,1000,1',
        `${LINE},yesterday,1`,
        `${LINE},1000,`,
        `${LINE},1000,1`,
        '',
      ].join('\n'),
    );
    const table = await readLabels(path);
    expect(table).toMatchObject({ received: 4, unreadable: 2, invalid: 1 });
    expect(table.labels).toHaveLength(1);
    expect(table.refusals).toEqual([
      `${path}, row 2: line_id: found "line 1", expected the UUID of a line`,
      `${path}, row 3: timestamp_ms: found "yesterday", expected a time`,
    ]);
  });

  it('say which column is missing, and what is no table', async () => {
    const path = file('short.csv', 'line_id,value\n');
    await expect(readLabels(path)).rejects.toThrow(/short\.csv: found the columns line_id, value/);
    await expect(readLabels(file('x.txt', ''))).rejects.toThrow(/x\.txt: the extension says/);
    await expect(readLabels(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv: cannot be read/);
    await expect(readLabels(file('broken.ndjson', '{"a":\n'))).rejects.toThrow(/broken\.ndjson/);
  });
});
