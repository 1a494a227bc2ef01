/** Files in Cloud Storage: what the formats read of objects, and what is written as one. */
import { readFileSync, readdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDictionary, type PredictionBatch, type SampleBatch } from '@windrow/core';
import { fileSource, openPredictionSink, openSampleSink } from '@windrow/io';
import { gcsFile, gcsSink, gcsSource } from '@windrow/io-gcs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../clickhouse/read-rows.ts';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { backfillFixture } from '../kit/run-fixture.ts';
import { quick, withGcs } from './emulated.ts';
import type { GcsServer } from './gcs-server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-gcs-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function samples(count: number): SampleBatch {
  const dictionary = new MetricDictionary();
  return {
    dictionary,
    length: count,
    slots: Int32Array.from({ length: count }, (_, i) => dictionary.intern(idOf(i % 5))),
    timestampsMs: Float64Array.from({ length: count }, (_, i) => 1_700_000_000_000 + i * 100),
    values: Float64Array.from({ length: count }, (_, i) => Math.sin(i)),
  };
}

/** A file of samples in the form that its extension names. */
async function bytesOf(extension: string, batch: SampleBatch): Promise<Buffer> {
  const path = join(folder, `samples-${batch.length}.${extension}`);
  const sink = await openSampleSink(path);
  await sink.write(batch);
  await sink.commit();
  return readFileSync(path);
}

const threePredictions: PredictionBatch = {
  length: 3,
  definitions: [
    {
      inputMetricIds: [idOf(1)],
      windowMs: 60_000,
      stepMs: 10_000,
      resolutionMs: 1000,
      lineId: idOf(2),
      modelIdentifier: 'm',
      modelVersion: null,
      outputMetricId: idOf(3),
      outputDeviceId: idOf(4),
      outputMachineId: idOf(5),
      outputMetricName: 'p',
      aggregate: 'last',
      fill: { method: 'none' },
      allowMissing: false,
      minCoverage: 0,
      allowedLatenessMs: 0,
      layout: 'channel_major',
      inputName: null,
      outputName: null,
    },
  ],
  models: [{ identifier: 'm', version: 1, sha256: '00' }],
  definitionIndex: Int32Array.of(0, 0, 0),
  modelIndex: Int32Array.of(0, 0, 0),
  windowEndsMs: Float64Array.of(10_000, 20_000, 30_000),
  values: Float64Array.of(0.5, 1.5, 2.5),
  revisions: Int32Array.of(0, 0, 0),
};

const open = (uri: string, notes: string[] = []): ReturnType<typeof gcsSource> =>
  gcsSource(uri, { trying: quick, note: (text) => void notes.push(text) });

describe('objects as files', () => {
  const forms = ['parquet', 'arrow', 'arrows', 'arrows.zst', 'csv', 'csv.gz', 'ndjson', 'rec'];
  it.each(forms)('%s: the same samples as from the disk', (form) =>
    withGcs(async (server) => {
      server.put(`a/b.${form}`, await bytesOf(form, samples(20_000)));
      const expected = await readRows(fileSource(join(folder, `samples-20000.${form}`)));
      const got = await readRows(open(`gs://plant/a/b.${form}`));
      expect(got).toEqual(expected);
      expect(got.rows).toHaveLength(20_000);
    }),
  );

  const names = [
    'a/x.csv',
    'a/sub/y.csv',
    'a/.hidden.csv',
    'a/_SUCCESS',
    'a/notes.txt',
    'a/sub/',
    'ab/z.csv',
  ];
  it.each([
    ['gs://plant/a', ['a/sub/y.csv', 'a/x.csv']],
    ['gs://plant/a/', ['a/sub/y.csv', 'a/x.csv']],
    ['gs://plant/', ['a/sub/y.csv', 'a/x.csv', 'ab/z.csv']],
    ['gs://plant/a/x.csv', ['a/x.csv']],
    ['gs://plant/a/*.csv', ['a/x.csv']],
    ['gs://plant/a/**.csv', ['a/sub/y.csv', 'a/x.csv']],
    ['gs://plant/**/{y,z}.csv', ['a/sub/y.csv', 'ab/z.csv']],
  ])('%s: what it stands for', (uri, expected) =>
    withGcs(async (server) => {
      for (const name of names) server.put(name, Buffer.from('metric_id,timestamp_ms,value\n'));
      const splits = await open(uri).splits(null);
      const found = splits.map((split) => /^gs:\/\/plant\/(.*)#\d+$/.exec(split.name)?.[1]);
      expect(found).toEqual(expected);
    }, 3),
  );

  it('says what was left out, and what is not there', () =>
    withGcs(async (server) => {
      for (const name of names) server.put(name, Buffer.from('metric_id,timestamp_ms,value\n'));
      const notes: string[] = [];
      await open('gs://plant/a', notes).splits(null);
      expect(notes).toEqual([
        'gs://plant/a: not read, for their extension: gs://plant/a/notes.txt',
      ]);
      await expect(open('gs://plant/none').splits(null)).rejects.toThrow(/there is nothing/);
      await expect(open('gs://plant/a/*.txt').splits(null)).rejects.toThrow(/no file with a known/);
      server.put('packed.csv', Buffer.from('x'), 'gzip');
      await expect(open('gs://plant/packed.csv').splits(null)).rejects.toThrow(/Content-Encoding/);
    }));

  it('of Parquet only footers are read for splits, and only the columns and row groups of the range after that', () =>
    withGcs(async (server) => {
      const bytes = await bytesOf('parquet', samples(1_000_000));
      server.put('big.parquet', bytes);
      const source = open('gs://plant/big.parquet');
      const range = { startMs: 1_700_000_000_000, endMs: 1_700_000_000_000 + 100_000 };
      const splits = await source.splits(range);
      expect(splits).toHaveLength(1);
      const before = bytesRead(server);
      expect(before).toBeLessThan(4.1 * 2 ** 20);
      let count = 0;
      const options = {
        dictionary: new MetricDictionary(),
        range,
        reject: () => expect.unreachable(),
      };
      for await (const batch of source.read(splits[0]!, options)) count += batch.length;
      expect(count).toBe(131_072);
      expect(bytesRead(server) - before).toBeLessThan(bytes.length / 2);
      for (const request of server.requests.filter(({ operation }) => operation === 'media')) {
        expect(request.query['generation']).toBe('1000');
      }
    }));

  it.each([500, 'hang', 'half', 'cut'] as const)('reading that meets %s goes on', (kind) =>
    withGcs(async (server) => {
      const batch = samples(300_000);
      server.put('a.parquet', await bytesOf('parquet', batch));
      const source = open('gs://plant/a.parquet');
      await source.splits(null);
      server.faults.push({ operation: 'media', kind, times: 3 });
      expect((await readRows(source)).rows).toHaveLength(300_000);
      expect(server.faults).toEqual([]);
    }),
  );

  it('an object that is replaced while it is read ends the run in words', () =>
    withGcs(async (server) => {
      server.put('a.csv', await bytesOf('csv', samples(20_000)));
      const source = open('gs://plant/a.csv');
      const [split] = await source.splits(null);
      server.put('a.csv', await bytesOf('csv', samples(20_000)));
      const options = {
        dictionary: new MetricDictionary(),
        range: null,
        reject: () => expect.unreachable(),
      };
      const reading = source.read(split!, options)[Symbol.asyncIterator]();
      await expect(reading.next()).rejects.toThrow(/a\.csv#1000: bytes 0 to .*404.*still there/);
    }));
});

describe('an object that is written', () => {
  it('appears whole at commit, as the file would be, and replaces what is there', () =>
    withGcs(async (server) => {
      server.put('out/p.rec', Buffer.from('old'));
      const file = await gcsFile('gs://plant/out/p.rec', { folder, trying: quick });
      await file.write(Buffer.from('new '));
      await file.write(Buffer.from('content'));
      expect(Buffer.from(server.objects.get('out/p.rec')!.bytes).toString()).toBe('old');
      server.faults.push({ operation: 'upload', kind: 503 }, { operation: 'upload', kind: 'lost' });
      await file.commit();
      await file.abort();
      expect(Buffer.from(server.objects.get('out/p.rec')!.bytes).toString()).toBe('new content');
      expect(readdirSync(folder).filter((name) => name.startsWith('windrow-gcs-'))).toEqual([]);
    }));

  it('leaves nothing behind after abort, or where it cannot be uploaded', () =>
    withGcs(async (server) => {
      const aborted = await gcsFile('gs://plant/a.csv', { folder, trying: quick });
      await aborted.write(Buffer.from('x'));
      await aborted.abort();
      await aborted.abort();
      const refused = await gcsFile('gs://plant/a.csv', { folder, trying: quick });
      server.faults.push({ operation: 'upload', kind: 403 });
      await expect(refused.commit()).rejects.toThrow(/a\.csv: cannot be written.*403/);
      await refused.abort();
      expect(server.objects.size).toBe(0);
      expect(readdirSync(folder).filter((name) => name.startsWith('windrow-gcs-'))).toEqual([]);
      await expect(gcsFile('gs://plant/a/', { folder })).rejects.toThrow(/name of an object/);
      await expect(gcsSink('gs://plant/a.txt', { folder })).rejects.toThrow(/extension/);
      await expect(openPredictionSink('gs://plant/a.csv')).rejects.toThrow(/scheme gs:, expected/);
    }));

  it('holds the bytes that a file of the same predictions has', () =>
    withGcs(async (server) => {
      const path = join(folder, 'predictions.parquet');
      const sinks = [
        await openPredictionSink(path),
        await gcsSink('gs://plant/p.parquet', { folder }),
      ];
      for (const sink of sinks) {
        await sink.write(threePredictions);
        await sink.commit();
      }
      const stored = Buffer.from(server.objects.get('p.parquet')!.bytes);
      expect(stored.equals(readFileSync(path))).toBe(true);
      const { rows } = await readRows(open('gs://plant/p.parquet'));
      expect(rows.map((row) => row.value)).toEqual([0.5, 1.5, 2.5]);
    }));
});

describe.skipIf(!hasFixtures)(`a backfill from a bucket${SKIPPED}`, () => {
  it('the goldens', () =>
    withGcs(async (server) => {
      server.put('in/rough.parquet', readFileSync(fixture('data/liveline-30min-rough.parquet')));
      const range = { afterMs: 1_551_877_200_000, untilMs: 1_551_879_060_000 };
      const { predictions } = await backfillFixture(
        { source: open('gs://plant/in/**.parquet'), definitions: 'liveline.json' },
        { range },
      );
      const golden = goldenPredictions('liveline-30min-rough');
      expectPredictions(predictions.byName, golden, withoutRevision);
    }));
});

function bytesRead(server: GcsServer): number {
  let sum = 0;
  for (const { operation, range } of server.requests) {
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    if (operation === 'media') sum += Number(end) - Number(start) + 1;
  }
  return sum;
}
