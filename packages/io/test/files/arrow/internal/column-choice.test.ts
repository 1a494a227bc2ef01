/**
 * Columns that nobody asks for. The files are by pyarrow 26, gzipped here: some of the types in them Arrow's library for JavaScript can
 * neither write nor read. Three rows; the columns `runs` (run-end encoded), `views`, `metric_id` (by dictionary), `lists` (list views),
 * `state` (by another dictionary), `nothing` (null), `any` (a dense union), `timestamp_ms`, `deep` (a struct of such), `map`,
 * `span` (an interval), `value`, `last` (run-end encoded).
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import {
  CompressionType,
  Float64,
  Int64,
  RecordBatchStreamWriter,
  Table,
  Utf8,
  compressionRegistry,
  tableToIPC,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../../src/index.ts';
import { idOf, readAll, withFolder, type Read } from '../../../samples.ts';

const STREAM =
  'H4sIAAAAAAACA9VWO28bRxCeXZLyxaEEJiAMJlCAK1SwSAA5SKEAAuzShQoVLtLJ5/BsHkQeCfFsy0B+RAoX+gEpWLhQ' +
  'kYJFShcqVLgwDBUpXKhQqVKIRF1m9nG3NzqKch4IssByd3a+nZ35ZnZ5aZqm3gJAA6jdhjosQA08nGETVaji0DxPUxoX' +
  'sbdrABcovMa+jv2kAvAbdh/7sQQYC4AzxL3B/go77fv9jzRFY3daOPfNGkLhPtk2ci8YJXTkO8TWzxW+Rj61jJ4augnP' +
  'g96zcIQ+IO5M2QVJuGUH52HfeRZvhXFnRPKJxgk6u6ttV7jtmrWN4/uUMBJeaeyn3D6No2EQk0ce9gW1KuGNxn/WdGwj' +
  'HYpbpAf6wRB+Rcy+wsEi5+OB4eMW9jBOdiIM9BixyxfKrrzO58PzPMaGwoPir+ngyYft8CWsoX6obS5SXCsGQ/o97ENn' +
  'XycMSYQe4n/Re74si4/GHuUcMYcz/KUxSsI+zX/SPgrK1YXGt7i/ZPM55Q/1/jSvoWWHs3Xn/B3aj7iN6fz6WUfM2vRm' +
  '9dOe5tyOp3lsvrOnjj2J+uEoCfrDrb7a98jsozr/oPcttRy+yf+H2L823AfxSzy7rqrKMwxYnOWjfZnHxrm6S2uo37jM' +
  'feSYVexnjl+7Gis4V1SD8SDpRvFT6CLmYarPbZp767M6xLiTUHHXwF5V/tfNmap+LnMOJzg/1ed+0XS4F8ZfsteLRgmR' +
  'eIy45XR+PR069huIont5Cz1ooEX9tmnf1x3+qX1C9zLEu/bjVtRR/ntK6xnMSprbHeJ8nOa1euUuRuEL8nkPMW/T8jev' +
  '45yPNabq5ACx5Kf1mSKwPvPadGu4Cvp91nuB7dV1vXJNXVOtebjLM+VBfqYUo8mDruum+UeoK+sgq0r3Q2bzdsaX/Q9p' +
  'IbJqNBtm3dawfYdmtboZTQzqTQSnfmXJnhUHt2raN+rnO/pZs6Jpd2+A+ZZ42L8BD62Mh8+zum85df9P81G7AR/SwQ3i' +
  'wZMnJq9HNTeeO8V4KlVVZ28zg0soN7KbvER1WtFvVYP5LJ14hbP+/TVxeWzk6zbulnMGmLvkNiuvmnHTjLY+xww/ZvYn' +
  'TD9h+gMmHzH8EdOfMP0J05/xnAuWZ1Hcb2Wbf5/prWx5a4tiHlYZ3sqW1wdMP0u29jeZfpP5/0gU89VleCvbfO2JYr5O' +
  'Gf6U+evJouyzC2Bly2+b6a1s+Vxj+lly9h4x+5sMb+WMD6a3so3/Z1nM1x6Lb5/tt7LNx4TpJ+z8A1nMB7WvSt4cOUeu' +
  '/EtyZYaeny/+5nn/VXwfK4u/6L9kNqw+eKxHercDX32i5d9s3cFOAlf1dr6b+Ek3SPxo5CeDgd8bxE9x4j8O/W7Y6/hR' +
  '7Ac+ffN8DLYsl9LxVzIeBIvtyn5RXieihCda251RV/J/yGOZ/2LWKCtXvhsqJfL29na2Jq7Jwzy5VmD5w70i69X783hO' +
  '9Xc3/AkLV/tOoBAAAA==';

const FILE =
  'H4sIAAAAAAACA+1YO28bRxDeXZLSxaEEJiCMS6AAW6hgkQBSkEIBBMTuXAiIYBhIOvkcnk1C5JEQz44M5EekcKEfkIJF' +
  'ChUpWKR0oUKFiiBQkcKFCpUqhUjUZWYfd3ujoyjngSABF1jtzc23szPfzC5Xd//hwy+/WmUsgebNMVZj2O6wKptjFebB' +
  'EzReZmUY6hdJguMC9EaFsUsQfoS+Dv20xNjP0CX0E8HYkDN2DrjX0F9Bx3m//Z4kYOyuD8/SvAMou4e2jdwJBjEu+Qtg' +
  'qxcKX0GffKPHBm6yF0HneTgAHwB3ruwygbglB+dB33kebYVRc4DyqcZxXLulbZeo7Yq1DeOvCWIEe6Wx71L7OA76QYQe' +
  'edDn1FvBXmv8e3XHNtChuAV6WDfos58As69wbIHy8cDwMQ89jOKdNgR6AtilS2VX3OTz4UUWY03hmeKv7uDRh+3wJVsD' +
  'fV/bXMC4lg0G9XvQ+868ZhiiyDqA/0HP+bAoPhw7mHPAHE7wF8d2HHbx+TvtI8dcXWq8T/1Fmy8wf6CX46yGlhzO1p31' +
  'd3A+4DbG0+tnHTBr49vVT2OccTscZ7FJZ04VetzuhoM46Pa3umreYzMP6/yNnrfoO3yj/4+gf2y4D6KXsHZVVZVnGLA4' +
  'y0fjKouNcrWK70C/cZX5SDEr0M8dv3Y1llOusAajXtxqR89YCzCPEr1u3exbSeoQ4o5DxV0Neln5XzVrqvq5yjgcwfOZ' +
  'XveDusM9N/6ivU57ECOJJ4BbSqbX06FjvwYo3Jfz4EENLOqzTfu+7vCP7R3clyHstW+22k3lv6e0nsEsJ5ndPjwPk6xW' +
  'r+3Fdvgt+rwHmKOk+MxrOutDjak6OQAs+ml9xgisz7Q23RouM30+67mMzNV1vXxDXWOteTDLM+WBfuLvwdDkQdd13fwi' +
  'VJV1JspK93Vq807Kl/0N8QFZNpoN897WsD2HJrWqGU0M6kxkTv2KgjnLDm7FtE/Un8/wz5oVTVu9BeZT5GH/Fjz4KQ/v' +
  'p3XvO3X/d/NRuQUfwsH1ot7TpyavxxU3nrv5eEplVWdHqcFFkGvpTl7EOi3ps6pGfBZOvNx5//kNcXlkpO9t3L6zBjN7' +
  'yW1WXjHjphltfQ4Jfkjsj4h+RPQHRD4m+GOiPyX6U6I/pznnJM88P9/KNv+S6K1seWvwfB5WCN7KltcHRD9JtvY3iX6T' +
  '+P+Y5/PVIngr23zt8Xy+zgj+jPjribwsyQawsuW3QfRWtnyuEf0kOT2PiP1NgrdyygfRW9nG/73I52uPxLdP5lvZ5mNE' +
  '9COy/oHI5wPbRwVnjpgil/4huTRBT9fnf3G9fyu+t5X5n/RfEBtWHzzRI57bgVRXtOzO1urtxOy63j7vxjJuBbFsD2Tc' +
  '68lOL3oGD/JJKFthpynbkQwk3nneBluUS+H4KwgPnMR2bT4vrhNewBO+251QV+I/yGOR/3zSKErX7g2lAnl7ezt9x2/I' +
  'wzS5kmP5zRd51sv3pvGc6Hu3Onf13ctTt/mqufnjPbrh/N9wNm9WMgsfiXx9+XPm/CT3Azmf/933HS9n3z1m3z1m3z1m' +
  '3z1m3z3+/989WrDAffVN/A+j+hUyGhcAAA==';

/** As before version 5 of the format: a sparse union, the three columns, and a run-end encoded one. */
const OLDER_FILE =
  'H4sIAAAAAAACA+1WvU4bQRCevR9zIAtZCkJXUFzhgiaSHVG4iBSQKFxECkJI0JlLsBRLtoWwQSFVSj8AhQsKCkqKPEIe' +
  'g5In4ZiZnT3Wg51QpGSk8e78z3y7d+ed/f0vh02A3QCgBkQrUIUKxJDgDsmEEOFy/FgUtMbIfQNQR77H/S0y6T+iHZ3X' +
  'U9xnosOUsIe8JnI/H40p5Sn69q1/TDVTsRNVkC/y/nl3BDBFnxpGJ6hbwq6oQ9sjBLRueHHkc3Y+7HSHJyOSrzk/GOrl' +
  '3tYKdUzsamHVBLliU0NSsD/XyDx/6mDcG3RH43xw2hlwnaiwdba5u5TzUK/Ut+3VxDT/lqq9jDzojs963zq9E9z/KSy+' +
  'B8Vz31PcX9leVgmjuocrxWwih8j58BLrJmxNPB+uTvMX87EmW5PliHUW64rC2rzAmuIajHkVeYlrOgzu5LwtXmtyk6qc' +
  'EYKQbUflma2UPbu7l6JnJJbPonezgMy7iKqyyh2BtmczKo9Pdc+3IfSef7bop+VEoeYrfD5sBD4O67M4hCGfw03ZgZrb' +
  '2Bn8Wd/9Ze7QewZ8cnIqa6bsmcKrofK1lH9L4dxW9raqd+xhT/Rd2X+p+EWym2Oi7BPVz1RW/5yX59yZ/yWbBfbgH7If' +
  'bJRPOOfOku7H5U8dOi9dmSeesT58mvWOtgM1h4vLvz571cpnOOE3msU54nPelPcBxR5JokyS3Ki+9kT/W3Tu+X/7prx9' +
  'U17zTZlg4R3+n/IEGBI9i64IAAA=';

/** `metric_id`, `timestamp_ms`, and `value` as lists of numbers, in views. */
const VALUE_OF_LISTS =
  'H4sIAAAAAAACA5VTvU4CQRCevTvgJBdDQciZWFDQmqCxsCCRkoIHoCMol0DiEcMdxkfxESx9DEsLH4BHsLA0rjO7s7iM' +
  '+DdkbnZnvpmd+XbRWuu1AmgASR0SqEIFYlyhqAgiNE3EkI2MD+ABzZT363et0XnQxPUh+xTloFZQbyZXqwztM+ISbbBh' +
  'w8MC23mZ5YBnx6hV4w2gZ/EB4dsePkEt53lWlJP8epwX5Hs1fYDqA82Smjo1RDawEzubqlBPPdSOV2sPNc/K5fxyPKeZ' +
  'YvxRNGbMUNu6dP4drp9sT63U6ylgPlzd5WphenpELJ3veqHOXC+Sg6rjqiCf5d3mgsgFw4c/Q2zPHGeLaWH3CWrN+F3v' +
  '2Iq+53uxHDb5phNTHYLIxEabmvUND+5tpIiMODJkfwCfEsL3krDlGWDgxZSo46Tj4bosR+ZzSp8zt2U5/gPmxPCgfB5a' +
  '2zyEEdDd3m662J77jWfwZ93/Ye5YWOl3vKRsHQ9tgW8LfFfEu6LOQMQHIn8k9jOBn4n7AvMOv95x8Ms+/Od+V71wxzuZ' +
  'XGy/HylqRz0/X+3MeznnRV/b/z18AAxUziogBQAA';

function unpacked(text: string): Buffer {
  return gunzipSync(Buffer.from(text, 'base64'));
}

async function read(bytes: Uint8Array): Promise<Read> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'a.arrow'), bytes);
    return readAll(fileSource(join(folder, 'a.arrow')));
  });
}

const expected = [
  { id: idOf(1), timestampMs: 0, value: 0.5 },
  { id: idOf(2), timestampMs: 1, value: Number.NaN },
  { id: idOf(1), timestampMs: 2, value: 2.5 },
];

const columns = (): Record<string, Vector> => ({
  metric_id: vectorFromArray([idOf(1), idOf(2), idOf(1)], new Utf8()),
  timestamp_ms: vectorFromArray([0n, 1n, 2n], new Int64()),
  value: vectorFromArray([0.5, Number.NaN, 2.5], new Float64()),
});

describe('columns that nobody asks for', () => {
  it.each([
    ['stream', STREAM],
    ['file', FILE],
    ['file of version 4', OLDER_FILE],
  ])('may be of any type, before, between and after the others: a %s', async (_, text) => {
    const got = await read(unpacked(text));
    expect(got.letters).toEqual([]);
    expect(got.rows).toEqual(expected);
  });

  it('are not unpacked', async () => {
    const compressionType = CompressionType.ZSTD;
    const known = compressionRegistry.get(compressionType);
    const encode = (bytes: Uint8Array): Uint8Array =>
      bytes.length > 1000 ? new Uint8Array(100).fill(0xff) : zstdCompressSync(bytes);
    compressionRegistry.set(compressionType, { ...known, encode, decode: (bytes) => bytes });
    const note = vectorFromArray(['x'.repeat(500), 'y'.repeat(500), 'z'.repeat(500)], new Utf8());
    const writer = new RecordBatchStreamWriter({ compressionType });
    writer.writeAll(new Table({ note, ...columns() }) as never);
    const got = await read(writer.finish().toUint8Array(true));
    expect(got.letters).toEqual([]);
    expect(got.rows).toEqual(expected);
  });

  it('are refused where they are needed, with the type that was found', async () => {
    const { rows, letters } = await read(unpacked(VALUE_OF_LISTS));
    expect(rows).toEqual([]);
    expect(letters).toMatchObject([
      {
        row: null,
        reason: expect.stringMatching(
          /: column value: found ListView, expected float64 \(or float32, integer\)$/,
        ),
      },
    ]);
  });

  it('a batch that is of another schema is damage', async () => {
    const other = Buffer.from(tableToIPC(new Table(columns()), 'stream'));
    const bytes = Buffer.from(tableToIPC(new Table({ ...columns(), x: columns()['value']! })));
    const schemaEnd = (stream: Buffer): number => 8 + stream.readInt32LE(4);
    const mixed = [bytes.subarray(0, schemaEnd(bytes)), other.subarray(schemaEnd(other))];
    expect((await read(Buffer.concat(mixed))).letters).toMatchObject([
      { reason: expect.stringMatching(/a record batch of 3 arrays .*, expected 4 and/) },
    ]);
  });
});

describe('columns that are there twice', () => {
  /** With another column of that name: the library writes each name once, so it is put in afterwards, over one as long. */
  const doubled = (name: string): Buffer => {
    const extra = (): Vector => vectorFromArray([7, 8, 9], new Float64());
    const placeholder = '#'.repeat(name.length);
    const table = new Table({ ...columns(), [placeholder]: extra(), note: extra() });
    const text = Buffer.from(tableToIPC(table, 'stream')).toString('latin1');
    return Buffer.from(text.replaceAll(placeholder, name), 'latin1');
  };

  it.each(['metric_id', 'timestamp_ms', 'value'])('%s is refused', async (name) => {
    const { rows, letters } = await read(doubled(name));
    expect(rows).toEqual([]);
    const reason = `nothing of the file can be read: column ${name}: found it twice, expected it once`;
    expect(letters).toMatchObject([{ row: null, reason }]);
  });

  it('one that nobody asks for is ignored', async () => {
    const { rows, letters } = await read(doubled('note'));
    expect(letters).toEqual([]);
    expect(rows).toEqual(expected);
  });
});
