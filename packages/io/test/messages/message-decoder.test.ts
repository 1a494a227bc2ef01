import { gzipSync, zstdCompressSync } from 'node:zlib';
import { StreamEncoder, encodeRecords } from '@windrow/codecs';
import { MetricDictionary, SampleColumns } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { MESSAGE_REJECTS_MAX, MESSAGE_ROWS_MAX } from '../../src/index.ts';
import { MESSAGE_BYTES_MAX } from '../../src/messages/message-content.ts';
import { PRESSURE, SPEED, decode, message, sample } from './decoded.ts';

const ROWS = [
  [PRESSURE, 1_700_000_000_000, 1.5],
  [SPEED, 1_700_000_000_250, -0],
  [PRESSURE, -1, 1e300],
] as const;

function columnsOf(rows: readonly (readonly [string, number, number])[]): SampleColumns {
  const dictionary = new MetricDictionary();
  const columns = new SampleColumns(dictionary, rows.length);
  for (const [id, timestampMs, value] of rows) {
    columns.push(dictionary.intern(id), timestampMs, value);
  }
  return columns;
}

function records(rows: readonly (readonly [string, number, number])[]): Uint8Array {
  const bytes = new Uint8Array(rows.length * 32);
  encodeRecords(columnsOf(rows), bytes, 0);
  return bytes;
}

function stream(columns: SampleColumns): Uint8Array {
  const encoder = new StreamEncoder();
  const blocks: Uint8Array[] = [];
  const emit = (bytes: Uint8Array): void => {
    blocks.push(bytes.slice());
  };
  encoder.write(columns, emit);
  encoder.flush(emit);
  return Buffer.concat(blocks);
}

const json = JSON.stringify(
  ROWS.map(([metric_id, timestamp_ms, value]) => ({ metric_id, timestamp_ms, value })),
).replace('"value":0}', '"value":-0}');

const FORMS = {
  json: Buffer.from(json),
  records: records(ROWS),
  stream: stream(columnsOf(ROWS)),
};

describe('messages as samples', () => {
  for (const [form, bytes] of Object.entries(FORMS)) {
    it(`reads ${form} by its content, by either attribute, and where it is the only one`, () => {
      for (const attributes of [
        {},
        { 'windrow-form': form },
        { 'content-type': 'text/plain; charset=x' },
      ]) {
        expect(decode([message(bytes, attributes)])).toEqual({ rows: ROWS, letters: [] });
      }
      const only = { form: form as keyof typeof FORMS };
      expect(decode([message(bytes, { 'windrow-form': 'wrong' })], only).rows).toEqual(ROWS);
    });

    it(`reads ${form} compressed, where an attribute says so`, () => {
      const gzip = message(gzipSync(bytes), { 'content-encoding': 'gzip' });
      const zstd = message(zstdCompressSync(bytes), { 'content-encoding': 'ZSTD' });
      const plain = message(bytes, { 'content-encoding': 'identity' });
      for (const each of [gzip, zstd, plain]) {
        expect(decode([each])).toEqual({ rows: ROWS, letters: [] });
      }
    });

    it(`keeps a ${form} message apart from the one before it`, () => {
      const cut = message(bytes.subarray(0, bytes.length - 3), { 'windrow-form': form });
      const { rows, letters } = decode([cut, message(bytes), cut, message(bytes)]);
      expect(letters).toHaveLength(2);
      expect(rows.slice(-3)).toEqual(ROWS);
    });

    it(`makes no more than one dead letter of any cut of a ${form} message`, () => {
      for (let size = 0; size < bytes.length; size++) {
        const { rows, letters } = decode([
          message(bytes.subarray(0, size), { 'windrow-form': form }),
        ]);
        const isShort = form === 'records' && size > 0 && size % 32 === 0;
        expect([size, letters.length]).toEqual([size, isShort ? 0 : 1]);
        expect(rows).toEqual(ROWS.slice(0, rows.length));
      }
    });
  }

  it('gives metrics that nobody asks for the unknown slot', () => {
    const dictionary = MetricDictionary.of([SPEED]);
    for (const bytes of Object.values(FORMS)) {
      const { rows } = decode([message(bytes)], { dictionary });
      expect(rows.map(([id]) => id)).toEqual(['unknown', SPEED, 'unknown']);
    }
  });

  it('names the message, the source, what was found and what was expected', () => {
    const { letters } = decode([message('hello')], {}, 'message 17');
    expect(letters).toEqual([
      {
        heading: 'quarantined',
        source: 'pubsub://p/s',
        row: null,
        reason:
          'message 17: found 5 bytes of no known form, expected JSON (an object, an array or an object a line), records of 32 bytes or the stream form',
        raw: '0x68656c6c6f',
      },
    ]);
  });

  it('makes one dead letter of what it cannot make sense of', () => {
    const faulty: [Parameters<typeof message>, RegExp][] = [
      [[''], /found no bytes/],
      [[json, { 'windrow-form': 'yaml' }], /windrow-form: found "yaml", expected json, records/],
      [[json, { 'content-encoding': 'br' }], /content-encoding: found "br", expected gzip, zstd/],
      [[json, { 'content-encoding': 'gzip' }], /found no whole gzip data/],
      [[gzipSync(json).subarray(0, 30), { 'content-encoding': 'gzip' }], /found no whole gzip/],
      [[zstdCompressSync(json).subarray(0, 20), { 'content-encoding': 'zstd' }], /no whole zstd/],
      [[new Uint8Array(31), { 'windrow-form': 'records' }], /found 31 bytes, expected 32/],
      [[json, { 'windrow-form': 'stream' }], /bytes that start no block/],
    ];
    for (const [given, reason] of faulty) {
      const { rows, letters } = decode([message(...given)]);
      expect(rows).toEqual([]);
      expect(letters.map((letter) => letter.row)).toEqual([null]);
      expect(letters[0]!.reason).toMatch(reason);
    }
  });

  it('lets a bad record go alone', () => {
    const bytes = records([...ROWS, ...ROWS]);
    bytes[32 + 16] = 0x7f;
    const { rows, letters } = decode([message(bytes)]);
    expect(rows).toEqual([ROWS[0], ROWS[2], ...ROWS]);
    expect(letters.map(({ row, reason }) => [row, /timestamp: found/.test(reason)])).toEqual([
      [2, true],
    ]);
  });

  it('never decompresses more than a message may hold', () => {
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      const bomb = compress(Buffer.alloc(MESSAGE_BYTES_MAX + 1, 0x20));
      expect(bomb.length).toBeLessThan(100_000);
      const { letters } = decode([message(bomb, { 'content-encoding': encoding })]);
      expect(letters).toHaveLength(1);
      expect(letters[0]!.reason).toMatch(/found a message of more than 16777216 bytes/);
    }
    const { letters } = decode([message(Buffer.alloc(MESSAGE_BYTES_MAX + 1))]);
    expect(letters[0]!.reason).toMatch(/found a message of 16777217 bytes/);
  });

  it('takes no more samples from a stream than a message may hold', () => {
    const count = MESSAGE_ROWS_MAX + 65_536;
    const dictionary = new MetricDictionary();
    const columns = new SampleColumns(dictionary, count);
    const slot = dictionary.intern(PRESSURE);
    for (let i = 0; i < count; i++) columns.push(slot, i * 1000, 1);
    const bytes = stream(columns);
    expect(bytes.length).toBeLessThan(100_000);
    const { rows, letters } = decode([message(bytes), message(FORMS.stream)]);
    expect(rows.length).toBeLessThanOrEqual(MESSAGE_ROWS_MAX + 3);
    expect(rows.slice(-3)).toEqual(ROWS);
    expect(letters.map((letter) => letter.reason)).toEqual([
      expect.stringMatching(/found more than 1048576 samples in a message/),
    ]);
  });

  it('gives up a message of which nearly everything is bad', () => {
    const lines = Array.from({ length: MESSAGE_REJECTS_MAX + 5 }, () => '{}');
    const { rows, letters } = decode([
      message([...lines, sample(SPEED, 1, 1)].join('\n')),
      message(sample(SPEED, 2, 2)),
    ]);
    expect(letters).toHaveLength(MESSAGE_REJECTS_MAX);
    expect(letters.at(-1)!.reason).toMatch(/the rest of the message is given up/);
    expect(rows).toEqual([[SPEED, 2, 2]]);
  });
});
