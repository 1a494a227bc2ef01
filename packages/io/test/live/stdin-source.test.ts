import { readFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { StreamEncoder } from '@windrow/codecs';
import { describe, expect, it } from 'vitest';
import { StdinSource } from '../../src/index.ts';
import { batchOf, idOf, keysOf, someRows, withFolder, writeRows } from '../samples.ts';
import { CSV_HEADER, csvLine, deliver, jsonLine, upTo, valuesOf } from './delivered.ts';

function input(bytes: Buffer | string, pieceBytes: number): Readable {
  const all = Buffer.from(bytes);
  const pieces = upTo(Math.ceil(all.length / pieceBytes)).map((i) =>
    all.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
  return Readable.from(pieces, { objectMode: false });
}

/** Bytes of `someRows`, which has every kind of value, in a form. */
async function written(form: string): Promise<Buffer> {
  const rows = someRows(500);
  if (form === 'stream') {
    const batch = batchOf(rows);
    const encoder = new StreamEncoder();
    const blocks: Buffer[] = [];
    const emit = (bytes: Uint8Array): void => void blocks.push(Buffer.from(bytes));
    encoder.write(batch, emit);
    encoder.flush(emit);
    return Buffer.concat(blocks);
  }
  return withFolder(async (folder) =>
    readFile(await writeRows(`${folder}/a.${form === 'records' ? 'rec' : form}`, rows)),
  );
}

describe('stdin:', () => {
  describe.each(['ndjson', 'csv', 'records', 'stream'])('%s', (form) => {
    it.each([7, 333, 65_536])('is told by its first bytes, in pieces of %i', async (pieceBytes) => {
      const source = new StdinSource('stdin:', input(await written(form), pieceBytes));
      const { rows, letters, sequences } = await deliver(source);
      expect(letters).toEqual([]);
      expect(keysOf(rows)).toEqual(keysOf(someRows(500)));
      expect(sequences).toEqual(upTo(sequences.length).map((i) => i + 1));
      expect(source.status()).toMatchObject({ state: 'ended', error: null });
      expect(source.status().counters).toMatchObject({ samples: 500, rejected: 0 });
    });

    it('cut anywhere: what is whole is there, and what is cut is told', async () => {
      const bytes = await written(form);
      for (const length of [bytes.length - 1, bytes.length - 10, 300, 100, 1]) {
        const source = new StdinSource(`stdin:?form=${form}`, input(bytes.subarray(0, length), 64));
        const { rows, letters } = await deliver(source).catch(() => ({ rows: [], letters: [] }));
        // The last row of a CSV may have lost digits.
        const whole = Math.max(0, rows.length - 1);
        expect(keysOf(rows).slice(0, whole)).toEqual(keysOf(someRows(500)).slice(0, whole));
        expect(letters.length).toBeLessThan(4);
      }
    });
  });

  it('takes a last line without an end, blank lines, a byte order mark, CRLF and arrays', async () => {
    const array = `[${jsonLine(2)},${jsonLine(3)}]`.replaceAll('\n', '');
    const text = `\uFEFF${jsonLine(0)}\r\n${jsonLine(1).replace('\n', '\r\n')}  \n${array}\n${jsonLine(4).trimEnd()}`;
    expect(valuesOf(await deliver(new StdinSource('stdin:', input(text, 50))))).toEqual(upTo(5));
  });

  it('takes CSV in any order of columns, with quotes', async () => {
    const text = `"value",metric_id,unit,timestamp_ms\n1,${idOf(1)},"a ""b"", c",5\n`;
    expect((await deliver(new StdinSource('stdin:', input(text, 9)))).rows).toEqual([
      { id: idOf(1), timestampMs: 5, value: 1 },
    ]);
  });

  it('takes other names of fields', async () => {
    const text = jsonLine(7).replace('value', 'reading').replace('metric_id', 'id');
    const source = new StdinSource('stdin:?fields=metric_id=id,value=reading', input(text, 9));
    expect(valuesOf(await deliver(source))).toEqual([7]);
  });

  it('one bad line in a hundred stops nothing, and is told with its number', async () => {
    const bad = ['{"metric_id":', 'hello', '{}', jsonLine(1).replace(idOf(1), 'x').trimEnd()];
    const lines = upTo(1000).map((n) => (n % 100 === 0 ? `${bad[(n / 100) % 4]!}\n` : jsonLine(n)));
    const { rows, letters } = await deliver(new StdinSource('stdin:', input(lines.join(''), 4096)));
    expect(rows).toHaveLength(990);
    expect(letters.map((letter) => letter.row)).toEqual(upTo(10).map((i) => i * 100 + 1));
    expect(letters[1]).toMatchObject({ heading: 'quarantined', source: 'stdin:', raw: 'hello' });
  });

  it('skips a line that is longer than a mebibyte', async () => {
    const text = `${jsonLine(1)}${'x'.repeat(5 << 20)}\n${jsonLine(2)}`;
    const got = await deliver(new StdinSource('stdin:', input(text, 65_536)));
    expect(valuesOf(got)).toEqual([1, 2]);
    expect(got.letters).toMatchObject([
      { row: 2, reason: expect.stringMatching(/more than 1048576/) },
    ]);
  });

  it('says how far it read, ignores where it is to go on, and nothing comes of nothing', async () => {
    const { positions } = await deliver(
      new StdinSource('stdin:', input(jsonLine(1), 9)),
      undefined,
      '8 bytes',
    );
    expect(positions).toEqual([`${jsonLine(1).length} bytes`]);
    expect((await deliver(new StdinSource('stdin:', input('', 9)))).positions).toEqual([]);
  });

  it('reads no further than it is asked', async () => {
    let read = 0;
    const endless = new Readable({
      highWaterMark: 1024,
      read() {
        read++;
        this.push(jsonLine(read));
      },
    });
    const source = new StdinSource('stdin:', endless);
    await deliver(
      source,
      ({ rows }) => rows.length > 20,
      null,
      () => new Promise((resolve) => setTimeout(resolve, 2)),
    );
    expect(read).toBeLessThan(100);
  });

  it('ends when it is told to, also while nothing comes', async () => {
    const silent = new PassThrough();
    const ending = new AbortController();
    const source = new StdinSource('stdin:', silent);
    setTimeout(() => ending.abort(), 10);
    const options = { reject: () => undefined, resumeAt: null, signal: ending.signal };
    const { dictionary } = batchOf([]);
    for await (const _ of source.deliveries({ ...options, dictionary })) expect.unreachable();
    await source.acknowledge(1);
    await source.close();
    expect(silent.destroyed).toBe(true);
  });

  it.each([
    ['stdin:/tmp/a', '', /found a path/],
    ['stdin:?form=xml', '', /form: found "xml", expected one of auto, ndjson/],
    ['stdin:?form=csv', 'a,b\n', /stdin:\?form=csv: cannot be read: found the header "a,b"/],
    ['stdin:?form=csv', `${CSV_HEADER.replace('value', 'v')}${csvLine(1)}`, /found the header/],
  ])('%s with %j is refused', async (uri, text, message) => {
    await expect(async () => deliver(new StdinSource(uri, input(text, 9)))).rejects.toThrow(
      message,
    );
  });
});
