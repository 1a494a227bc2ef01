/** Whatever happens to the calls: no row is lost, none is doubled. */
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import { bigQuerySource, type RetryOptions } from '../../src/index.ts';
import { FakeBigQuery } from '../fake/fake-bigquery.ts';
import type { ReadFault } from '../fake/read-service.ts';
import { RETRY, URI, fill, keysOf, readAll, sampleRows } from '../fake/samples.ts';

let fake: FakeBigQuery;
beforeAll(async () => {
  fake = await FakeBigQuery.start();
});
afterEach(quiet);
afterAll(() => fake.close());

const open = (search = '', retry: RetryOptions = RETRY) =>
  bigQuerySource(URI + search, { endpoints: fake.endpoints, retry });

const FAULTS_MAX = 12;
/** More than all faults of a plan, which may come one after the other. */
const PATIENT: RetryOptions = { ...RETRY, failuresMax: FAULTS_MAX + 1 };

const TRANSIENT: readonly ReadFault[] = [
  'unavailable',
  'internal',
  'deadline',
  'aborted',
  'reset',
  'cut',
  'slow',
];

function quiet(): void {
  fake.reads.fault = () => null;
  fake.reads.batchRows = () => 1000;
  fake.reads.refuseEnd = false;
}

describe('reading under faults', () => {
  it('loses and doubles nothing, wherever calls break and batches are cut', async () => {
    const rows = sampleRows(700);
    const expected = keysOf(rows);
    fill(fake, rows);
    const faults = fc.array(fc.option(fc.constantFrom(...TRANSIENT), { freq: 2 }), {
      maxLength: FAULTS_MAX,
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
    const compressions = fc.constantFrom('none', 'lz4', 'zstd');
    await fc.assert(
      fc.asyncProperty(
        faults,
        sizes,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        compressions,
        async (plan, batches, streams, refuseEnd, compression) => {
          let asked = 0;
          let sent = 0;
          // Each fault of the plan comes once, at the next time that a response is due: also before the first and after the last.
          fake.reads.fault = () => plan[asked++] ?? null;
          fake.reads.batchRows = () => batches[sent++ % batches.length]!;
          fake.reads.refuseEnd = refuseEnd;
          const source = open(`?streams=${streams}&compression=${compression}`, PATIENT);
          const read = await readAll(source);
          await source.close();
          expect(read.letters).toEqual([]);
          expect(read.keys.toSorted()).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on from the row after the last that came', async () => {
    fill(fake, sampleRows(5000));
    fake.reads.fault = (_stream, _offset, response) => (response === 2 ? 'internal' : null);
    fake.read.reads.length = 0;
    const source = open('?streams=1');
    expect((await readAll(source)).keys).toHaveLength(5000);
    expect(fake.read.reads.map((read) => read.offset)).toEqual([0, 2000, 4000]);
    expect(new Set(fake.read.reads.map((read) => read.routing))).toEqual(
      new Set([`read_stream=${fake.read.reads[0]!.stream}`]),
    );
    await source.close();
  });

  it('asks for the last row again where the service knows no offset behind it', async () => {
    fill(fake, sampleRows(2500));
    let isBroken = false;
    fake.reads.refuseEnd = true;
    fake.reads.fault = (_stream, offset) => {
      const breaks = offset === 2500 && !isBroken;
      isBroken ||= breaks;
      return breaks ? 'unavailable' : null;
    };
    fake.read.reads.length = 0;
    const source = open('?streams=1');
    expect((await readAll(source)).keys).toHaveLength(2500);
    expect(fake.read.reads.map((read) => read.offset)).toEqual([0, 2500, 2499]);
    await source.close();
  });

  it('gives up where the end never comes, though the last row comes again and again', async () => {
    fill(fake, sampleRows(2500));
    fake.reads.refuseEnd = true;
    fake.reads.fault = (_stream, offset) => (offset === 2500 ? 'unavailable' : null);
    const source = open('?streams=1');
    await expect(readAll(source)).rejects.toThrow(/UNAVAILABLE/);
    await source.close();
  });

  const failure = async (fault: ReadFault): Promise<unknown> => {
    fill(fake, sampleRows(5000));
    fake.reads.fault = (_stream, offset) => (offset >= 3000 ? fault : null);
    fake.read.reads.length = 0;
    const source = open('?streams=1');
    try {
      await readAll(source);
      return null;
    } catch (error) {
      return error;
    } finally {
      await source.close();
    }
  };

  it('gives up after failures in a row without a row between them', async () => {
    const error = await failure('unavailable');
    expect(error).toBeInstanceOf(WindrowError);
    expect(String(error)).toMatch(
      /stream 1 of 1: reading: 14 UNAVAILABLE: the connection was lost/,
    );
    expect(fake.read.reads).toHaveLength(RETRY.failuresMax);
  });

  it.each([
    ['denied', /roles\/bigquery\.readSessionUser/],
    ['expired', /a read session lives six hours: read a shorter range at a time/],
  ] as const)('does not try again where that would not help: %s', async (fault, advice) => {
    const error = await failure(fault);
    expect(error).toBeInstanceOf(WindrowError);
    expect(String(error)).toMatch(advice);
    expect(fake.read.reads).toHaveLength(1);
  });

  it.each(['garbage', 'miscounted'] as const)(
    'ends a stream of %s batches with a dead letter',
    async (fault) => {
      fill(fake, sampleRows(5000));
      fake.reads.fault = (_stream, offset) => (offset >= 3000 ? fault : null);
      const source = open('?streams=1');
      const { keys, letters } = await readAll(source);
      expect(keys).toHaveLength(3000);
      expect(letters).toHaveLength(1);
      expect(letters[0]).toMatchObject({ heading: 'quarantined', row: 3001 });
      expect(letters[0]!.reason).toMatch(/^the stream cannot be read from row 3001 on: /);
      await source.close();
    },
  );
});
