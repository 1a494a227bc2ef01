/** The source over real HTTP, before an engine in memory: what is asked for, what is given, and what happens when it fails. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDictionary } from '@windrow/core';
import { clickhouseSource, type ClickHouseOptions } from '@windrow/io-clickhouse';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { arrowStream, fakeEngine, type FakeRow } from './fake-engine.ts';
import { HttpFront, type Engine } from './http-front.ts';
import { readRows, sortedKeys } from './read-rows.ts';

const START = 1_700_000_200_000;
const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** Two hours of three metrics, five seconds apart, from before a quarter of an hour on. */
const rows: readonly FakeRow[] = Array.from({ length: 4320 }, (_, i) => ({
  id: idOf(i % 3),
  ms: START + Math.floor(i / 3) * 5000,
  value: i === 7 ? -0 : Math.sin(i),
}));
/** One record batch of 160 kB. */
const BATCH: readonly FakeRow[] = Array.from({ length: 8000 }, (_, i) => ({
  id: idOf(i % 3),
  ms: START + i,
  value: i,
}));
const patience = { attempts: 4, firstDelayMs: 1 };

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
});

async function front(
  engine: Engine,
  ...more: Parameters<typeof HttpFront.start> extends [unknown, ...infer Rest] ? Rest : never
): Promise<HttpFront> {
  const started = await HttpFront.start(engine, ...more);
  opened.push(started);
  return started;
}

function source(uri: string, options: ClickHouseOptions = {}): ReturnType<typeof clickhouseSource> {
  const made = clickhouseSource(uri, { patience, ...options });
  opened.push(made);
  return made;
}

describe('a table over HTTP', () => {
  it('gives every row, and splits that say what is in them', async () => {
    const server = await front(fakeEngine(rows));
    const table = source(server.uri('db.samples', { slice: '15m' }), {
      metricIds: [0, 1, 2].map(idOf),
    });
    const splits = await table.splits(null);
    expect(splits.length).toBe(9);
    for (const split of splits) {
      const dictionary = new MetricDictionary();
      let count = 0;
      const options = { dictionary, range: null, reject: () => expect.unreachable() };
      for await (const batch of table.read(split, options)) {
        count += batch.length;
        const times = batch.timestampsMs.subarray(0, batch.length);
        expect(Math.min(...times)).toBeGreaterThanOrEqual(split.minMs!);
        expect(Math.max(...times)).toBeLessThanOrEqual(split.maxMs!);
      }
      expect(count).toBe(split.rowCount);
    }
    expect(sortedKeys((await readRows(table)).rows)).toEqual(sortedKeys(rows));
  });

  it('joins slices to one split where no length is asked for', async () => {
    const server = await front(fakeEngine(rows));
    const [split, ...others] = await source(server.uri('db.samples')).splits(null);
    expect(others).toEqual([]);
    expect(split).toMatchObject({ minMs: START, maxMs: START + 1439 * 5000, sequence: 0 });
    expect(split?.rowCount).toBeNull();
  });

  it('asks for the next split while one is read, and for each once', async () => {
    const server = await front(fakeEngine(rows));
    const table = source(server.uri('db.samples', { slice: '15m' }));
    const asked = (): number =>
      server.queries.filter(({ sql }) => sql.includes('ArrowStream')).length;
    const splits = await table.splits(null);
    const options = { dictionary: new MetricDictionary(), range: null, reject: () => undefined };
    const reading = table.read(splits[0]!, options)[Symbol.asyncIterator]();
    await reading.next();
    await expect.poll(asked).toBe(2);
    await reading.return?.();
    await expect.poll(() => server.openAnswers).toBe(0);
    server.queries.length = 0;
    let count = 0;
    for (const split of splits) {
      for await (const { length } of table.read(split, options)) count += length;
    }
    expect(count).toBe(rows.length);
    expect(asked()).toBe(splits.length);
    for (const split of splits.toReversed()) {
      for await (const { length } of table.read(split, options)) count -= length;
    }
    expect(count).toBe(0);
  });

  it('asks for the range and the metrics by parameters, and never by text in the SQL', async () => {
    const server = await front(fakeEngine(rows));
    const range = { startMs: START + 60_000, endMs: START + 120_000 };
    const dictionary = MetricDictionary.of([idOf(1)]);
    const { rows: got } = await readRows(source(server.uri('db.samples')), { range, dictionary });
    expect(got).toHaveLength(12);
    expect(new Set(got.map((row) => row.id))).toEqual(new Set([idOf(1)]));
    const last = server.queries.at(-1)!;
    expect(last.params).toMatchObject({
      start: String(range.startMs),
      end: String(range.endMs),
      ids: `['${idOf(1)}']`,
    });
    for (const { sql } of server.queries) {
      expect(sql).not.toContain(idOf(1));
      expect(sql).not.toContain(String(range.startMs));
    }
  });

  it('finds ids that the table writes in capitals', async () => {
    const capitals = rows.slice(0, 30).map((row) => ({
      ...row,
      id: row.id.replace('8000', '8ABC').toUpperCase(),
    }));
    const server = await front(fakeEngine(capitals));
    const id = idOf(1).replace('8000', '8abc');
    const dictionary = MetricDictionary.of([id]);
    const { rows: got } = await readRows(source(server.uri('db.samples')), { dictionary });
    expect(got.map((row) => row.id)).toEqual(Array.from({ length: 10 }, () => id));
  });

  it.each([
    [4000, 0],
    [5000, 4320],
  ])('asks for %i metrics: %i rows of others', async (count, others) => {
    const server = await front(fakeEngine(rows));
    const ids = Array.from({ length: count }, (_, n) => idOf(n + 3));
    const dictionary = MetricDictionary.of(ids);
    const { rows: got } = await readRows(source(server.uri('db.samples')), { dictionary });
    expect(got.map((row) => row.id)).toEqual(Array.from({ length: others }, () => 'unknown'));
  });

  it('asks for sorted rows only where it is told to', async () => {
    const server = await front(fakeEngine(rows.toReversed()));
    await readRows(source(server.uri('db.samples')));
    expect(server.queries.some(({ sql }) => sql.includes('ORDER BY __ms'))).toBe(false);
    const { rows: got } = await readRows(source(server.uri('db.samples', { order: '1' })));
    expect(got.map((row) => row.ms)).toEqual(got.map((row) => row.ms).toSorted((a, b) => a - b));
    expect(server.queries.at(-1)!.sql).toContain(' ORDER BY __ms, __id, __value');
  });

  it('sets rows aside that are no samples', async () => {
    const odd = [...rows.slice(0, 3), { id: 'pump 7', ms: START, value: 1 }];
    const server = await front(fakeEngine(odd));
    const { rows: got, letters } = await readRows(source(server.uri('db.samples')));
    expect(got).toHaveLength(3);
    expect(letters).toMatchObject([{ heading: 'quarantined', row: 4 }]);
    expect(letters[0]!.reason).toContain('metric_id: found "pump 7", expected a UUID');
  });
});

describe('user, password and TLS', () => {
  it('takes the password from the URI, a file or the environment, and shows it nowhere', async () => {
    const server = await front(fakeEngine(rows), { password: 'geheim:1' });
    const folder = mkdtempSync(join(tmpdir(), 'windrow-password-'));
    const password_file = join(folder, 'password');
    writeFileSync(password_file, 'geheim:1\n');
    const inUri = source(server.uri('db.samples', {}, 'u:geheim%3A1@'));
    expect(inUri.uri).not.toContain('geheim');
    await inUri.splits(null);
    await source(server.uri('db.samples', { password_file })).splits(null);
    const environment = { CLICKHOUSE_PASSWORD: 'geheim:1' };
    await source(server.uri('db.samples'), { environment }).splits(null);
    const wrong = source(server.uri('db.samples', {}, 'u:falsch@')).splits(null);
    await expect(wrong).rejects.toThrow(/AUTHENTICATION_FAILED \(516\).*CLICKHOUSE_PASSWORD/);
    rmSync(folder, { recursive: true });
  });

  const hasOpenssl = ((): boolean => {
    try {
      return execFileSync('openssl', ['version']).length > 0;
    } catch {
      return false;
    }
  })();
  it.skipIf(!hasOpenssl)(
    `trusts the certificate that it is given${hasOpenssl ? '' : ' (skipped: no openssl)'}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'windrow-tls-'));
      const [key, ca] = [join(folder, 'key.pem'), join(folder, 'ca.pem')];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const files = ['-keyout', key, '-out', ca, '-days', '2'];
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject],
        {
          stdio: 'ignore',
        },
      );
      const tls = { key: readFileSync(key), cert: readFileSync(ca) };
      const server = await front(fakeEngine(rows), { tls });
      const trusted = source(server.uri('db.samples', { secure: '1', ca }));
      expect((await readRows(trusted)).rows).toHaveLength(rows.length);
      const stranger = source(server.uri('db.samples', { secure: '1' })).splits(null);
      await expect(stranger).rejects.toThrow(/certificate/);
      rmSync(folder, { recursive: true });
    },
  );
});

describe('what fails', () => {
  const size = arrowStream(rows).length;

  it.each([
    ['cut', 0],
    ['cut', size >> 1],
    ['short', size >> 1],
    ['short', size - 1],
    ['exception', 0],
    ['exception', size >> 1],
    ['exception', size - 8],
    ['refuse', 0],
    ['busy', 0],
  ] as const)(
    '%s after %i bytes, twice: nothing lost, nothing doubled',
    async (kind, afterBytes) => {
      const server = await front(fakeEngine(rows));
      server.faults.push({ kind, afterBytes, times: 2 });
      const { rows: got } = await readRows(source(server.uri('db.samples')));
      expect(sortedKeys(got)).toEqual(sortedKeys(rows));
      expect(server.faults).toEqual([]);
    },
  );

  it('any faults, one after the other: every row once', async () => {
    const server = await front(fakeEngine(rows));
    const fault = fc.record({
      kind: fc.constantFrom('cut', 'short', 'exception', 'hang', 'refuse', 'busy'),
      afterBytes: fc.integer({ min: 0, max: 20_000 }),
      sql: fc.constantFrom('FORMAT ArrowStream', 'GROUP BY'),
    });
    const run = fc.asyncProperty(fc.array(fault, { maxLength: 3 }), async (faults) => {
      server.faults.splice(0, server.faults.length, ...faults.map((each) => ({ ...each })));
      const table = source(server.uri('db.samples', { slice: '15m', timeout: '150ms' }));
      expect(sortedKeys((await readRows(table)).rows)).toEqual(sortedKeys(rows));
      await table.close();
    });
    await fc.assert(run, { numRuns: 6 });
  });

  it('metadata are asked for again, too', async () => {
    const server = await front(fakeEngine(rows));
    server.faults.push({ kind: 'cut', sql: 'DESCRIBE' }, { kind: 'refuse', sql: 'GROUP BY' });
    expect((await readRows(source(server.uri('db.samples')))).rows).toHaveLength(rows.length);
  });

  it('silence is ended', async () => {
    const server = await front(fakeEngine(rows));
    server.faults.push({ kind: 'hang', afterBytes: 1000 });
    const table = source(server.uri('db.samples', { timeout: '100ms' }));
    expect((await readRows(table)).rows).toHaveLength(rows.length);
    server.faults.push({ kind: 'hang', times: 9 });
    await expect(readRows(table)).rejects.toThrow(/no byte came for 100 ms \(tried 4 times\)/);
  });

  it('gives up with the words of the server, and what to do', async () => {
    const server = await front(fakeEngine(rows));
    server.faults.push({ kind: 'exception', afterBytes: 5000, times: 9 });
    const failed = readRows(source(server.uri('db.samples')));
    await expect(failed).rejects.toThrow(
      /MEMORY_LIMIT_EXCEEDED \(241\): Query memory limit exceeded.*tried 4 times.*slice=15m/,
    );
  });

  it('does not ask again for what will not change', async () => {
    const unknown: Engine = () => {
      throw new Error(
        'Code: 60. DB::Exception: Unknown table expression db.nothing. (UNKNOWN_TABLE) (version 26.7)',
      );
    };
    const server = await front(unknown);
    const failed = source(server.uri('db.nothing')).splits(null);
    await expect(failed).rejects.toThrow(/UNKNOWN_TABLE \(60\).*database\.table/);
    expect(server.queries).toHaveLength(1);
  });

  it('a column that is not there, or is of another type, is named', async () => {
    const server = await front(fakeEngine(rows));
    const missing = source(server.uri('db.samples', { value: 'val' })).splits(null);
    await expect(missing).rejects.toThrow(
      /no column val \(there are metric_id, timestamp_ms, value\).*value=/,
    );
    const text = source(server.uri('db.samples', { value: 'metric_id' })).splits(null);
    await expect(text).rejects.toThrow(/column metric_id: found String, expected a float/);
  });

  it('drops the settings where the user may only read', async () => {
    const engine = fakeEngine(rows);
    const readonly: Engine = (query) => {
      if (Object.keys(query.settings).some((name) => name.startsWith('output_format_arrow'))) {
        throw new Error(
          'Code: 164. DB::Exception: Cannot modify setting in readonly mode. (READONLY) (version 26.7)',
        );
      }
      return engine(query);
    };
    const server = await front(readonly);
    expect((await readRows(source(server.uri('db.samples')))).rows).toHaveLength(rows.length);
  });
});

describe('an answer that is too large to be held', () => {
  /** One record batch over and over: schema, dictionary, batches, end. */
  const repeated = (times: number): Engine => {
    const stream = arrowStream(BATCH);
    const first = firstBatch(stream);
    const end = stream.subarray(stream.length - 8);
    const body = stream.subarray(first, stream.length - 8);
    const metadata = fakeEngine(rows.slice(0, 3));
    return (query) =>
      query.sql.includes('ArrowStream')
        ? [stream.subarray(0, first), ...Array.from({ length: times }, () => body), end]
        : metadata(query);
  };

  it('is read as it comes: the server waits for a slow reader', async () => {
    const server = await front(repeated(1200));
    const table = source(server.uri('db.samples'));
    const [split] = await table.splits(null);
    const options = { dictionary: new MetricDictionary(), range: null, reject: () => undefined };
    const reading = table.read(split!, options)[Symbol.asyncIterator]();
    await reading.next();
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    const early = server.sentBytes;
    expect(early).toBeGreaterThan(64 << 20);
    expect(early).toBeLessThan(80 << 20);
    await reading.return?.();
    await expect.poll(() => server.openAnswers).toBe(0);
    expect(server.sentBytes).toBeLessThan(90 << 20);
  });

  it('is gone on with after a failure where it is sorted', async () => {
    const server = await front(repeated(800));
    server.faults.push({ kind: 'cut', afterBytes: 90 << 20 });
    const table = source(server.uri('db.samples', { order: '1' }));
    let count = 0;
    let sum = 0;
    const options = { dictionary: new MetricDictionary(), range: null, reject: () => undefined };
    for await (const batch of table.read((await table.splits(null))[0]!, options)) {
      count += batch.length;
      for (let i = 0; i < batch.length; i++) sum += batch.values[i]!;
    }
    expect(count).toBe(800 * 8000);
    expect(sum).toBe((800 * 8000 * 7999) / 2);
  });

  it('ends the run where it is not, and says what to do', async () => {
    const server = await front(repeated(800));
    server.faults.push({ kind: 'cut', afterBytes: 90 << 20 });
    const failed = readRows(source(server.uri('db.samples')));
    await expect(failed).rejects.toThrow(/too large to be held.*slice=15m.*order=1/);
  });
});

/** Offset of the first record batch of a stream: after the schema and the dictionary. */
function firstBatch(stream: Uint8Array): number {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  let at = 0;
  for (let message = 0; message < 2; message++) {
    const metadata = view.getInt32(at + 4, true);
    at += 8 + metadata + bodyLength(stream.subarray(at + 8, at + 8 + metadata));
  }
  return at;
}

/** Of a message, from its flatbuffer: field 3 of the root table. */
function bodyLength(metadata: Uint8Array): number {
  const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
  const root = view.getInt32(0, true);
  const table = root - view.getInt32(root, true);
  const field = view.getInt16(table, true) > 10 ? view.getInt16(table + 10, true) : 0;
  return field === 0 ? 0 : Number(view.getBigInt64(root + field, true));
}
