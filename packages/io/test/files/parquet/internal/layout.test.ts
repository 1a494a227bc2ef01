/** Which columns of a Parquet file are read: those that nobody asks for may be anything, and be there twice. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../../src/index.ts';
import { idOf, readAll, withFolder, type Read } from '../../../samples.ts';

/**
 * By pyarrow 26, gzipped here: the columns `struct` (with a field `value`), `map`, `when` (INT96), `metric_id`, `timestamp_ms`, `value`, `list`
 * and `half`, some of them packed by brotli, LZ4 and gzip.
 */
const NESTED =
  'H4sIAAAAAAACA7VXTUwbRxSeXS8bxyGBoIy1blFKI1iBgPiH8NMoP6yNDU4NBQQYuIC9GJt4DcQ2OI3UClU9RCqHtqce' +
  'OVQ9VDnkUPWUe6O26qGnqIcq6qnqoaqqHnrIoe/N7B9g/lp1GNazM+9933vfex7BpDYdphJtpv4UFSlpIeT1c4R8TsQP' +
  'Ph2Gd9pCX+uhMpzLVG5VvALhw1n5SWed3cuX4XFB2hHhQxYFmXgYSYtFsmMZAsVVeu1fU/xBGAN/SsADND4asWje+MjL' +
  'bEWPvrK8/Fwm761ee7PBoh12aAdIp1BUhCIDdXlll5eX9WXxk9Su0Ui69r75rgmdJeqlXotDsOCuurKQcJc/IXrXGyNw' +
  'xezhMStUsfCs8cuHHYQVoMXBtXwF7rUnwEzBAv3a4SBkjl72uIGPIevVHOFT2kUOcoNE7afxU05jFXZ0EASPCCmEaCgF' +
  'PG4FrEqLTq9coVfcvSLaXUFcvXJ418UmetpRujbaZgnHx8u7/FMaPpi4BSMNW6uXd/1iZ51dm8bTwJNysdRJBk7rJ2M3' +
  'vthZZ9fVQh7kGiScDH7sHrpzKAmR3MFf0MdcuSuA3RR41dJPFLmiF3KlDG0m/SK8VMtbepVKcNwhKg3bGWMrhwdCFojk' +
  '1C3w7pcUyVirVKnIjc7ljFwpt15FM08pswmGYqqHG54v5t5dYiAI2dhBFA/sdJAUNjYVHQoqw1qqFXLraCYq50u5anlN' +
  'X1pbsYyRqrG6VspVqpnS5lKpQqhvX4hmUCdFSS+BbmBdyBirxivUXA60Bp6opBUU6Sdyc6DTVIFDU69f9j8T/N8K6k3V' +
  'e7brKtCDvYAhEKiKSG51yYEBLCMhLr4xk0/IsoitSOklIH4u+H8Q1B1R/VH4r9SqTAJzhDj0jZx+CIvmFAoLRCWgfh/I' +
  '1d896p7HfVkewgX5ENmVllgX11QT5PbvCTDV3Qb1V+n4i7N+EglXDjLn4q3DwA2/oT6T1cdyVx3x1YPJuxqNeX/mgal+' +
  '5VX/+h/uv8PavRAC7qDMhtjf5yyunwWY6gufuus72y0YOFYFn0noKs73Akz1i0b1twtnuwjrMonS/tSGWIvv73Nk/UmA' +
  'qf55Uf364tkuxqNaRCQW8yWrRfAbz8h2BJjq0yb146b61+TRovm/bPLLqtf/uJkEWpVGbXr6nfRNfoMqf3uDOMLaiKZp' +
  'Uxofb2taTYvmtYSm5bVYnu1Fo5oWx0VlcjAYrDHTJD5m8eOeBsdRHRFG0GwcT2LMiC0ZdDQeXA0GcaE9ZJsLDFizB8PP' +
  'jCYqi4wzlkf77GQf8CFEbRZ3x2w87ppw8CuZ+YkQex1/9FYw2L1g8xWO4ZufNrIMLpY07TEpGCPJE+Jl1CulRGUljQ7R' +
  'GEqJQNrkDPAPIUWMkcQcPj4woWgokw4bet90ITsfXc3Oc6UGrXzNzOKMN4/1GEO/OEZnBxFPMKsR5lA8EN89fGTTcyG9' +
  'ZNyfjxhFM5SkaZe07eMz3TxeLco2U4/gvTsZ3Ob5x7h+ej39ViIFIwv1gviSGGo0b6UYu2H5x6enDugXt4vIpBgNFwB8' +
  'FvXbmAya+YcW7CbjpkzFNAOZslthMd2P+Rl6DfoLRtzyn0oyo1HHX7NdxxYL2bE5g23YfPG8Gdks6s3xa9zZSToRd/hd' +
  '9cTaRcuL80XtAeL1zQTN+k+MHqw/QvPQWJcxvcYmQvr63P0VWEbQf8D2H2f1jdYc/ymbn0W1kLdDZOehk/Jnm0ZoMc2/' +
  'KjU7f7vfZt39tj//o/qZ9X9kIf0wvDjFkxxhpdNNUwefj9u3idK2mSk/2MpVe/XNzd5MubxRa9vOlStrG+ttkYHroevh' +
  'wBP4K+qYSZp9hEzC/4b/AJ+BgGwgDgAA';

/** `metric_id`, `timestamp_ms`, and `value` as a struct. */
const VALUE_OF_STRUCTS =
  'H4sIAAAAAAACA61Uz08TQRR+My2bQkoshNnsJj30UDY1obDbCEFTQmaLFrAqNCGlxIRsoCklVEpbKPGP8OjBkwf/AI8e' +
  'jCfjwbMHT8Y/g6PvzWx/CBwk8WU78+a9b973zZvtbsmyJ6LiPRNrJZxhGmArkQYAd5JBlsWs7APXdbPLbIzdw4j3LgOQ' +
  'EyCmhTknDJHAn5FcgkzaDS2rBr2pvwwtZ/0LypuaQvrxFMfRYCzCUZYr5krIROosgEmWZ6CNhzMqmhHWUJEV62esWOiA' +
  'CZlbooptIq3ZeCQNSJcQMyXBFV0sqWFXq9cP3S9xtTr0iOJmdPRAnBnIYL9cBMvoHBzVmoHAQHyWW+PNWrfdONhvHM5C' +
  'iVhFFKPxbqNZ63SDZmu/2YFFbo1dBCfnNcFBTGCaBWAadtLOO5AUcXsRjIQ9Uklw0zDfRswv3Dl2Yv//nuw5emdIDGBX' +
  'OOTNn8w2bAcM1E+SoqGkv46hVP1i+DhvIs43frfbusF5f5RwQhNmdJtYoLg+M/Mrc35EnQ/Ru13bbVxLoMjMj4ZpODHz' +
  '9xjYSSsuy+UXlUf6Rq1PkQUyV/pSym2p7amUPenX5RMp67JQVzEfAY/JWdtCfE9B12i4oGFdYVT+TOWpmrszTCk8cVBR' +
  'NEr5uWrl0tujVOGYVOzQoHCXClQdbNKm3Oq2LJIu1FcM4wXKYN0N2uL35LNQzPZg35Ga69fqKdxh8aS7t/vcrVa83m7O' +
  'e607QHqWFbyvvDhaX/MN6vtlcv0NWmwOz6vFkVv0Tg7XN1tV72FrL5RSCHF6poZR/R6t10OpclAUcf3+a1tZASvVCtpn' +
  '57Vu9qDVygbt9mkvdVFrdxqnr1K5pXl33rPz+OfUD3yP4OcSv6B/ALrDJXBGBQAA';

function unpacked(text: string): Buffer {
  return gunzipSync(Buffer.from(text, 'base64'));
}

async function read(bytes: Uint8Array, query = ''): Promise<Read> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'a.parquet'), bytes);
    await writeFile(join(folder, 'm.json'), JSON.stringify({ x: idOf(1), y: idOf(2) }));
    return readAll(fileSource(`${folder}/a.parquet${query.replace('FOLDER', folder)}`));
  });
}

const ids: ColumnSource = { name: 'metric_id', data: [idOf(1)] };
const times: ColumnSource = { name: 'timestamp_ms', data: [5n] };
const number = (name: string): ColumnSource => ({ name, data: [0.5], type: 'DOUBLE' });

function parquet(columnData: ColumnSource[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

describe('columns that nobody asks for', () => {
  it('may be nested, or of any type and compression', async () => {
    const { rows, letters } = await read(unpacked(NESTED));
    expect(letters).toEqual([]);
    expect(rows).toEqual([
      { id: idOf(1), timestampMs: 0, value: 0.5 },
      { id: idOf(2), timestampMs: 1, value: Number.NaN },
      { id: idOf(1), timestampMs: 2, value: 2.5 },
    ]);
  });

  it('are refused where they are needed', async () => {
    const { rows, letters } = await read(unpacked(VALUE_OF_STRUCTS));
    expect(rows).toEqual([]);
    expect(letters).toMatchObject([
      {
        row: null,
        reason: expect.stringMatching(
          /column value: found a nested or repeated one, expected double/,
        ),
      },
    ]);
  });

  it('may be there twice', async () => {
    const { rows, letters } = await read(
      parquet([number('x'), ids, times, number('x'), number('value')]),
    );
    expect(letters).toEqual([]);
    expect(rows).toEqual([{ id: idOf(1), timestampMs: 5, value: 0.5 }]);
  });
});

describe('columns that are there twice', () => {
  const long = [ids, times, number('value')];

  it.each<readonly [string, ColumnSource[], string]>([
    ['metric_id', [...long, ids], ''],
    ['timestamp_ms', [...long, times], ''],
    ['value', [...long, number('value')], ''],
    ['timestamp_ms', [times, number(idOf(1)), times], ''],
    [idOf(1), [times, number(idOf(1)), number(idOf(2)), number(idOf(1))], ''],
    ['y', [times, number('x'), number('y'), number('y')], '?wide=FOLDER/m.json'],
  ])('%s is refused: %#', async (name, columns, query) => {
    const { rows, letters } = await read(parquet(columns), query);
    expect(rows).toEqual([]);
    const reason = `nothing of the file can be read: column ${name}: found it twice, expected it once`;
    expect(letters).toMatchObject([{ row: null, reason }]);
  });

  it('says how often', async () => {
    const { letters } = await read(parquet([...long, ...long, number('value')]));
    expect(letters[0]!.reason).toMatch(/column metric_id: found it twice/);
    const thrice = await read(parquet([...long, number('value'), number('value')]));
    expect(thrice.letters[0]!.reason).toMatch(/column value: found it 3 times, expected it once/);
  });

  it('an id is the same in upper and lower case', async () => {
    const id = '0000000a-0000-4000-8000-000000000001';
    const { rows, letters } = await read(parquet([times, number(id), number(id.toUpperCase())]));
    expect(rows).toEqual([]);
    expect(letters[0]!.reason).toMatch(
      `columns ${id} and ${id.toUpperCase()}: found the same metric id twice, expected it once`,
    );
  });
});
