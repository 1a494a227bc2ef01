import { zstdCompressSync } from 'node:zlib';
import {
  CompressionType,
  Decimal,
  Float64,
  Message,
  RecordBatchStreamWriter,
  Table,
  TimestampMicrosecond,
  Utf8,
  compressionRegistry,
  makeData,
  vectorFromArray,
  Vector,
  type DataType,
} from 'apache-arrow';
import { MetricDictionary, WindrowError, type DeadLetter } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrowSampleDecoder } from '../../../src/index.ts';
import { idOf } from '../../samples.ts';

const NAMES = { metricId: 'sensor', timestamp: 'at', value: 'reading' };

/** The messages of a table, the schema's first, each in memory of its own that starts `shift` bytes off. */
function messagesOf(table: Table, shift = 0, compressionType: CompressionType | null = null) {
  const bytes = RecordBatchStreamWriter.writeAll(table, { compressionType }).toUint8Array(true);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = view.getInt32(at + 4, true);
    if (size === 0) break;
    const head = at + 8 + size;
    const end = head + Message.decode(bytes.subarray(at + 8, head)).bodyLength;
    const copy = new Uint8Array(end - at + shift).subarray(shift);
    copy.set(bytes.subarray(at, end));
    messages.push(copy);
    at = end;
  }
  return messages;
}

function micros(values: readonly bigint[]): Vector {
  const type = new TimestampMicrosecond();
  const data = makeData({
    type,
    length: values.length,
    nullCount: 0,
    data: BigInt64Array.from(values),
  });
  return new Vector([data]);
}

function decimals(values: readonly bigint[], scale: number, bitWidth: 128 | 256 = 128): Vector {
  const words = new Uint32Array((values.length * bitWidth) / 32);
  for (const [i, value] of values.entries()) {
    for (let word = 0; word < bitWidth / 32; word++) {
      const bits = BigInt.asUintN(bitWidth, value) >> BigInt(32 * word);
      words[(i * bitWidth) / 32 + word] = Number(bits & 0xffff_ffffn);
    }
  }
  const type = new Decimal(scale, 38, bitWidth);
  return new Vector([makeData({ type, length: values.length, nullCount: 0, data: words })]);
}

function tableOf(values: Vector, ids: Vector = textIds(values.length)): Table {
  const at = micros(Array.from({ length: values.length }, (_, i) => BigInt(i) * 1_000_500n - 500n));
  return new Table({ extra: textIds(values.length), reading: values, at, sensor: ids });
}

function textIds(count: number): Vector {
  return vectorFromArray(
    Array.from({ length: count }, (_, i) => idOf(i % 3)),
    new Utf8(),
  );
}

function decode(messages: readonly Uint8Array[]) {
  const letters: DeadLetter[] = [];
  const dictionary = new MetricDictionary();
  const reject = (letter: DeadLetter): void => void letters.push(letter);
  const options = { names: NAMES, source: 'stream 1', dictionary, reject };
  const decoder = new ArrowSampleDecoder(messages[0]!, options);
  const rows: [string, number, number][] = [];
  let sent = 0;
  for (const message of messages.slice(1)) {
    const record = decoder.open(message);
    for (const batch of decoder.samples(record, sent + 1)) {
      for (let i = 0; i < batch.length; i++) {
        rows.push([dictionary.text(batch.slots[i]!), batch.timestampsMs[i]!, batch.values[i]!]);
      }
    }
    sent += record.numRows;
  }
  return { rows, letters, sent };
}

const floats = (count: number): Vector =>
  vectorFromArray(
    Array.from({ length: count }, (_, i) => Math.sin(i)),
    new Float64(),
  );

compressionRegistry.set(CompressionType.ZSTD, { encode: (bytes) => zstdCompressSync(bytes) });

describe('ArrowSampleDecoder', () => {
  it.each([0, 1, 3, 8])('reads bare messages %i bytes off any alignment', (shift) => {
    const { rows, letters, sent } = decode(messagesOf(tableOf(floats(50)), shift));
    expect(letters).toEqual([]);
    expect(sent).toBe(50);
    expect(rows).toEqual(
      Array.from({ length: 50 }, (_, i) => [
        idOf(i % 3),
        Math.floor((i * 1_000_500 - 500) / 1000),
        Math.sin(i),
      ]),
    );
  });

  it('reads compressed buffers', () => {
    const plain = decode(messagesOf(tableOf(floats(5000))));
    const packed = messagesOf(tableOf(floats(5000)), 1, CompressionType.ZSTD);
    expect(packed[1]!.length).toBeLessThan(messagesOf(tableOf(floats(5000)))[1]!.length);
    expect(decode(packed)).toEqual(plain);
  });

  it('sets rows aside that are no samples, by their number', () => {
    const ids = vectorFromArray([idOf(0), 'pump 7', null, idOf(1)], new Utf8());
    const { rows, letters } = decode(messagesOf(tableOf(floats(4), ids)));
    expect(rows.map(([id]) => id)).toEqual([idOf(0), idOf(1)]);
    expect(letters.map(({ source, row, reason }) => [source, row, reason])).toEqual([
      ['stream 1', 2, 'metric_id: found "pump 7", expected a UUID'],
      ['stream 1', 3, 'metric_id: found null, expected a UUID'],
    ]);
  });

  it('reads decimals as the nearest float64', () => {
    const scales = fc.integer({ min: 0, max: 38 });
    const values = fc.array(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), {
      minLength: 1,
      maxLength: 20,
    });
    const short = fc.array(fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n }), { minLength: 1 });
    fc.assert(
      fc.property(scales, fc.oneof(values, short), (scale, integers) => {
        const { rows } = decode(messagesOf(tableOf(decimals(integers, scale))));
        const expected = integers.map((integer) => {
          const digits = String(integer < 0n ? -integer : integer).padStart(scale + 1, '0');
          const point = digits.length - scale;
          return Number(
            `${integer < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`,
          );
        });
        expect(rows.map(([, , value]) => value)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  const fault = (messages: readonly Uint8Array[]): unknown => {
    try {
      decode(messages);
      return null;
    } catch (error) {
      return error;
    }
  };
  const typed = (values: Vector<DataType>): string => {
    const error = fault(messagesOf(tableOf(values)));
    expect(error).toBeInstanceOf(WindrowError);
    return error instanceof WindrowError ? `${error.code} ${error.message}` : '';
  };

  it('refuses columns of other types, and says which', () => {
    expect(typed(vectorFromArray(['a'], new Utf8()))).toMatch(
      /^FORMAT stream 1: Arrow: column reading: found Utf8, expected float64/,
    );
    expect(typed(decimals([1n], 3, 256))).toMatch(/column reading: found Decimal/);
    const without = fault(messagesOf(new Table({ sensor: textIds(1), at: micros([1n]) })));
    expect(String(without)).toMatch(
      /found the columns sensor, at, expected sensor, at and reading/,
    );
  });

  it('refuses what is cut off anywhere, and messages of another kind', () => {
    const [schema, batch] = messagesOf(tableOf(floats(3)));
    for (let length = 0; length < schema!.length; length++) {
      expect(fault([schema!.subarray(0, length), batch!])).toBeInstanceOf(WindrowError);
    }
    for (let length = 0; length < batch!.length; length++) {
      expect(fault([schema!, batch!.subarray(0, length)])).toBeInstanceOf(WindrowError);
    }
    expect(String(fault([schema!, schema!]))).toMatch(/a message of kind schema, expected a batch/);
    expect(String(fault([batch!, batch!]))).toMatch(/a message of kind batch, expected a schema/);
  });
});
