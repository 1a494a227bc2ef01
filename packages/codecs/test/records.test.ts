import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MetricDictionary,
  SampleColumns,
  TIMESTAMP_MS_MAX,
  UNKNOWN_SLOT,
  WindrowError,
} from '@windrow/core';
import {
  RECORD_BYTES,
  decodeRecord,
  decodeRecords,
  encodeRecord,
  encodeRecords,
} from '../src/index.ts';

const id = '00112233-4455-6677-8899-aabbccddeeff';

/** What Java writes for `writeLong(0x0011223344556677L); writeLong(0x8899aabbccddeeffL); writeLong(-2L); writeDouble(1.5)`. */
const javaBytes: Uint8Array = Uint8Array.from(
  Buffer.from('00112233445566778899aabbccddeefffffffffffffffffe3ff8000000000000', 'hex'),
);

function columnsOf(rows: readonly (readonly [string, number, bigint])[]): SampleColumns {
  const columns = new SampleColumns(new MetricDictionary(), rows.length);
  const bits = new BigUint64Array(columns.values.buffer);
  for (const [index, [text, timestampMs, pattern]] of rows.entries()) {
    columns.push(columns.dictionary.intern(text), timestampMs, 0);
    bits[index] = pattern;
  }
  return columns;
}

const rowArbitrary: fc.Arbitrary<readonly [string, number, bigint]> = fc.tuple(
  fc.uuid(),
  fc.integer({ min: -TIMESTAMP_MS_MAX, max: TIMESTAMP_MS_MAX }),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);

describe('the record form', () => {
  it('has the bytes that Java writes', () => {
    const out = new Uint8Array(RECORD_BYTES + 1);
    expect(encodeRecord({ metricId: id, timestampMs: -2, value: 1.5 }, out, 1)).toBe(33);
    expect(out.subarray(1)).toEqual(javaBytes);
    expect(decodeRecord(out, 1)).toEqual({ metricId: id, timestampMs: -2, value: 1.5 });
    const columns = columnsOf([[id, -2, 0x3ff8000000000000n]]);
    const columnar = new Uint8Array(RECORD_BYTES);
    encodeRecords(columns, columnar, 0);
    expect(columnar).toEqual(javaBytes);
  });

  it('keeps every bit of any rows at any offset', () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, { maxLength: 50 }), fc.nat(9), (rows, offset) => {
        const columns = columnsOf(rows);
        const out = new Uint8Array(offset + rows.length * RECORD_BYTES);
        expect(encodeRecords(columns, out, offset)).toBe(out.length);
        const back = new SampleColumns(new MetricDictionary(), rows.length);
        expect(decodeRecords(out, offset, out.length, back)).toBe(out.length);
        expect(back.length).toBe(rows.length);
        expect(back.timestampsMs).toEqual(columns.timestampsMs);
        expect(new BigUint64Array(back.values.buffer)).toEqual(
          new BigUint64Array(columns.values.buffer),
        );
        const ids = [...back.slots].map((slot) => back.dictionary.text(slot));
        expect(ids).toEqual([...columns.slots].map((slot) => columns.dictionary.text(slot)));
        for (const [index, [text, timestampMs]] of rows.entries()) {
          const record = decodeRecord(out, offset + index * RECORD_BYTES);
          expect(record.metricId).toBe(text);
          expect(record.timestampMs).toBe(timestampMs);
        }
      }),
    );
  });

  it('keeps signalling NaN, payloads and the negative zero', () => {
    const patterns = [0x7ff0000000000001n, 0xfff7ffffffffffffn, 0x7ff8dead0000beefn, 1n << 63n];
    const columns = columnsOf(patterns.map((pattern) => [id, 0, pattern]));
    const out = new Uint8Array(patterns.length * RECORD_BYTES);
    encodeRecords(columns, out, 0);
    const back = new SampleColumns(new MetricDictionary(), patterns.length);
    decodeRecords(out, 0, out.length, back);
    expect([...new BigUint64Array(back.values.buffer)]).toEqual(patterns);
  });

  it('stops where the columns are full and goes on from there', () => {
    const rows = Array.from({ length: 10 }, (_, i) => [id, i, BigInt(i)] as const);
    const out = new Uint8Array(10 * RECORD_BYTES + 5);
    encodeRecords(columnsOf(rows), out, 0);
    const back = new SampleColumns(new MetricDictionary(), 4);
    const seen: number[] = [];
    let at = 0;
    for (;;) {
      back.length = 0;
      const next = decodeRecords(out, at, out.length, back);
      if (next === at) break;
      seen.push(...back.timestampsMs.subarray(0, back.length));
      at = next;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(out.length - at).toBe(5);
  });

  it('answers for ids that a closed dictionary does not hold', () => {
    const columns = new SampleColumns(MetricDictionary.of([]), 1);
    decodeRecords(javaBytes, 0, RECORD_BYTES, columns);
    expect(columns.slots[0]).toBe(UNKNOWN_SLOT);
  });

  it('hands timestamps beyond the range to reject, or throws FORMAT', () => {
    const bytes = new Uint8Array(4 * RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    const stamps = [8_640_000_000_000_001n, 7n, -(1n << 63n), -8_640_000_000_000_000n];
    for (const [row, stamp] of stamps.entries()) view.setBigInt64(row * RECORD_BYTES + 16, stamp);
    const columns = new SampleColumns(new MetricDictionary(), 4);
    const rejected: [number, string][] = [];
    decodeRecords(bytes, 0, bytes.length, columns, (at, reason) => rejected.push([at, reason]));
    expect([...columns.timestampsMs.subarray(0, columns.length)]).toEqual([7, -TIMESTAMP_MS_MAX]);
    expect(rejected.map(([at]) => at)).toEqual([0, 2 * RECORD_BYTES]);
    expect(rejected[0]![1]).toContain('found 8640000000000001');
    expect(rejected[1]![1]).toContain('found -9223372036854775808');
    expect(() => decodeRecords(bytes, 0, bytes.length, columns)).toThrow(WindrowError);
    expect(() => decodeRecord(bytes, 0)).toThrow('8640000000000001');
  });

  it('refuses what is no record with a typed error', () => {
    expect(() => decodeRecord(javaBytes, 1)).toThrow('found 31 bytes, expected 32');
    const out = new Uint8Array(RECORD_BYTES);
    for (const record of [
      { metricId: 'x', timestampMs: 0, value: 0 },
      { metricId: id, timestampMs: 0.5, value: 0 },
      { metricId: id, timestampMs: TIMESTAMP_MS_MAX + 1, value: 0 },
    ]) {
      expect(() => encodeRecord(record, out, 0)).toThrow(WindrowError);
    }
  });

  it('asserts what the caller promises', () => {
    const columns = columnsOf([[id, 0, 0n]]);
    expect(() => encodeRecords(columns, new Uint8Array(31), 0)).toThrow('assertion');
    columns.timestampsMs[0] = 0.5;
    expect(() => encodeRecords(columns, new Uint8Array(32), 0)).toThrow('assertion');
    columns.timestampsMs[0] = 0;
    columns.slots[0] = UNKNOWN_SLOT;
    expect(() => encodeRecords(columns, new Uint8Array(32), 0)).toThrow('assertion');
    expect(() => decodeRecords(javaBytes, 0, 33, columns)).toThrow('assertion');
  });
});
