import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../src/index.ts';
import { Lines } from '../../../src/files/ndjson/lines.ts';
import { idOf, readAll, withFolder, type Read } from '../../samples.ts';

const id = idOf(1);
const good = JSON.stringify({ metric_id: id, timestamp_ms: 7, value: 7 });

async function read(text: string): Promise<Read> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'a.ndjson'), text);
    return readAll(fileSource(join(folder, 'a.ndjson')));
  });
}

describe('NDJSON samples', () => {
  it('takes keys in any order, ignores others, BOM, CRLF and blank lines', async () => {
    const text = `\uFEFF{"value":1e0,"x":[{}],"timestamp_ms":1.0e3,"metric_id":"${id.toUpperCase()}"}\r\n\r\n${good}`;
    const { rows, letters } = await read(text);
    expect(letters).toEqual([]);
    expect(rows).toEqual([
      { id, timestampMs: 1000, value: 1 },
      { id, timestampMs: 7, value: 7 },
    ]);
  });

  it('sets lines aside, with what was found', async () => {
    const bad = [
      ['{"metric_id":"x","timestamp_ms":1,"value":1}', /metric_id: found "x"/],
      ['{"metric_id":null,"timestamp_ms":1,"value":1}', /metric_id: found null/],
      ['{"timestamp_ms":1,"value":1}', /metric_id: found nothing/],
      [`{"metric_id":"${id}","timestamp_ms":"1","value":1}`, /timestamp_ms: found "1"/],
      [`{"metric_id":"${id}","timestamp_ms":1.5,"value":1}`, /timestamp_ms: found 1.5/],
      [`{"metric_id":"${id}","timestamp_ms":1e300,"value":1}`, /timestamp_ms: found 1e\+300/],
      [`{"metric_id":"${id}","timestamp_ms":1,"value":"1"}`, /value: found "1"/],
      [`{"metric_id":"${id}","timestamp_ms":1,"value":true}`, /value: found true/],
      [`{"metric_id":"${id}","timestamp_ms":1}`, /value: found nothing/],
      [`{"metric_id":"${id}","timestamp_ms":1,"value":12`, /no complete JSON/],
      ['[1]', /expected an object/],
      ['null', /expected an object/],
    ] as const;
    const { rows, letters } = await read(bad.map(([line]) => `${line}\n${good}\n`).join(''));
    expect(rows).toHaveLength(bad.length);
    expect(letters.map((letter) => letter.row)).toEqual(bad.map((_, i) => 1 + i * 2));
    for (const [i, [, reason]] of bad.entries()) expect(letters[i]!.reason).toMatch(reason);
    expect(letters[0]!.raw).toBe(bad[0][0]);
  });

  it('gives null as NaN and a number too large as an infinity', async () => {
    const line = (value: string): string =>
      `{"metric_id":"${id}","timestamp_ms":1,"value":${value}}\n`;
    const { rows } = await read(line('null') + line('1e999') + line('-1e999') + line('-0.0'));
    expect(rows.map((row) => row.value)).toEqual([Number.NaN, Infinity, -Infinity, -0]);
  });

  it('skips a line that is too long and goes on', async () => {
    const { rows, letters } = await read(`${good}\n{"x":"${'y'.repeat(3 << 20)}"}\n${good}\n`);
    expect(rows).toHaveLength(2);
    expect(letters).toMatchObject([
      { row: 2, reason: expect.stringMatching(/more than 1048576 bytes/) },
    ]);
  });

  it('tells of an empty file', async () => {
    expect((await read(' \n\n')).letters).toMatchObject([{ row: null }]);
  });
});

describe('Lines', () => {
  it('gives the same lines however the bytes are split', () => {
    const text = 'a\n\nbc\r\nü\nlast';
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size++) {
      const seen: string[] = [];
      const lines = new Lines({
        line: (buffer, start, end, number) =>
          void seen.push(`${number}:${buffer.toString('utf8', start, end)}`),
        overlong: () => void seen.push('overlong'),
      });
      for (let at = 0; at < bytes.length; at += size) lines.write(bytes.subarray(at, at + size));
      lines.end();
      expect(seen).toEqual(text.split('\n').map((line, i) => `${i + 1}:${line}`));
    }
  });
});
