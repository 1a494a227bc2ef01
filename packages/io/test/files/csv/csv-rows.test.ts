import { MetricDictionary, type DeadLetter } from '@windrow/core';
import { array, assert, asyncProperty, constantFrom, nat, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvRows } from '../../../src/files/csv/csv-rows.ts';
import { CsvSampleReader } from '../../../src/files/csv/csv-sample-reader.ts';
import { Damage } from '../../../src/files/internal/damage.ts';
import { idOf } from '../../samples.ts';

interface Outcome {
  readonly rows: readonly (readonly number[])[];
  readonly letters: readonly Pick<DeadLetter, 'row' | 'reason' | 'raw'>[];
  readonly lost: string | null;
  /** Lines that were taken as bytes. */
  readonly plain: number;
}

/** Reads chunks. @param takesLines false: csv-parse reads everything */
async function read(chunks: readonly Buffer[], takesLines: boolean): Promise<Outcome> {
  const rows: number[][] = [];
  const letters: Outcome['letters'][number][] = [];
  let plain = 0;
  const target = { push: (...row: number[]) => void rows.push(row.slice(0, 3)) };
  const reader = new CsvSampleReader('a.csv', target, {
    dictionary: new MetricDictionary(),
    reject: ({ row, reason, raw }) => letters.push({ row, reason, raw }),
  });
  const csv = new CsvRows({
    line: (bytes, start, end, number) => {
      const isTaken = takesLines && reader.line(bytes, start, end, number);
      plain += isTaken ? 1 : 0;
      return isTaken;
    },
    record: (fields, line) => reader.record(fields, line),
    broken: (reason, line) => reader.broken(reason, line),
  });
  let lost = reader.headerFault;
  try {
    for (const chunk of chunks) await csv.write(chunk);
    await csv.end();
    lost = reader.headerFault;
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    lost = error.message;
  }
  return { rows, letters, lost, plain };
}

const id = idOf(1);
const line = constantFrom(
  ...[`${id},1000,1.5`, `${id.toUpperCase()},-7,-0`, ` ${id} , 2000 , 3 `, `${id},1e3,nan`],
  ...[`"${id}","1000","2.5"`, `${id},"1000",""`, `"${id}",1,"a,b"`, `"${id}",1,"a""b"`],
  ...[`${id},1`, `${id},1,2,3`, ',,', '', ' ', `x,1,2`, `${id},1.5,2`, `${id},9e15,1`],
  ...[`${id},1,2"3`, `"${id},1,2`, `"${id}"x,1,2`, `${id},1,"2\n3"`, `${id},1,2\r${id},2,3`],
  ...[`${id},1,é`, `${id},00012,0x1`, `${id},1,123456789012345678901234567890`, `${id},-0,.5`],
);
const end = constantFrom('\n', '\n', '\n', '\r\n', '\r');
const text = tuple(
  constantFrom('', '\uFEFF'),
  constantFrom('metric_id,timestamp_ms,value', '"metric_id", timestamp_ms ,value', 'a,b'),
  array(tuple(end, line), { maxLength: 12 }),
  constantFrom('', '\n', '\r\n'),
).map(([mark, header, lines, last]) => `${mark}${header}${lines.flat().join('')}${last}`);

describe('records of CSV', () => {
  it('are the same whether lines are taken as bytes or csv-parse reads them all, however they are cut', async () => {
    await assert(
      asyncProperty(text, array(nat(300), { maxLength: 6 }), async (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const ends = [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b)];
        const chunks = [0, ...ends].map((from, i) => bytes.subarray(from, ends[i] ?? bytes.length));
        const { plain: _, ...own } = await read(chunks, true);
        const { plain: none, ...all } = await read([bytes], false);
        expect(none).toBe(0);
        expect(own).toEqual(all);
      }),
      { numRuns: 600 },
    );
  });

  it('are taken as bytes until one is no plain line', async () => {
    const lines = [
      'metric_id,timestamp_ms,value',
      `${id},1,2`,
      `"${id}",2,3`,
      `${id},3,"a""b"`,
      `${id},4,5`,
    ];
    const { rows, letters, plain } = await read([Buffer.from(lines.join('\r\n'))], true);
    expect(plain).toBe(3);
    expect(rows.map(([, ms]) => ms)).toEqual([1, 2, 4]);
    expect(letters.map(({ row }) => row)).toEqual([4]);
  });

  it('of a line that never ends are not kept', async () => {
    const chunk = Buffer.alloc(1 << 16, 'x');
    const { lost } = await read(
      Array.from({ length: 40 }, () => chunk),
      true,
    );
    expect(lost).toMatch(/a record of more than/);
  });
});
