/** Samples of many metrics to bytes and back to columns with interned ids. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  Dictionary,
  Int32,
  Table,
  Utf8,
  makeData,
  makeVector,
  tableFromIPC,
  tableToIPC,
  vectorFromArray,
  type Float64,
  type Int64,
} from 'apache-arrow';
import { MetricDictionary, SampleColumns, type SampleBatch } from '@windrow/core';
import {
  RECORD_BYTES,
  StreamDecoder,
  StreamEncoder,
  decodeRecords,
  encodeRecords,
} from '@windrow/codecs';
import { fromInt64, toInt64 } from './arrow-columns.ts';

export interface BatchContender {
  readonly name: string;
  readonly what: string;
  encode(batch: SampleBatch): Uint8Array;
  /** Appends the rows to `columns`, which are empty and have the room. */
  decode(bytes: Uint8Array, columns: SampleColumns): void;
}

let room = new Uint8Array(0);

const record: BatchContender = {
  name: 'record',
  what: 'the record form of @windrow/codecs',
  encode: (batch) => {
    const size = batch.length * RECORD_BYTES;
    if (room.length < size) room = new Uint8Array(size);
    return room.subarray(0, encodeRecords(batch, room, 0));
  },
  decode: (bytes, columns) => {
    decodeRecords(bytes, 0, bytes.length, columns);
  },
};

function streamOf(name: string, what: string, rowsPerBlock: number): BatchContender {
  return {
    name,
    what,
    encode: (batch) => {
      const encoder = new StreamEncoder({ rowsPerBlock });
      let size = 0;
      const append = (bytes: Uint8Array): void => {
        if (room.length < size + bytes.length) {
          const grown = new Uint8Array(2 * (size + bytes.length));
          grown.set(room);
          room = grown;
        }
        room.set(bytes, size);
        size += bytes.length;
      };
      encoder.write(batch, append);
      encoder.flush(append);
      return room.subarray(0, size);
    },
    decode: (bytes, columns) => {
      const decoder = new StreamDecoder(columns.dictionary, ({ reason }) => {
        throw new Error(reason);
      });
      for (const { length, slots, timestampsMs, values } of decoder.push(bytes)) {
        columns.slots.set(slots.subarray(0, length), columns.length);
        columns.timestampsMs.set(timestampsMs.subarray(0, length), columns.length);
        columns.values.set(values.subarray(0, length), columns.length);
        columns.length += length;
      }
    },
  };
}

/** A sample as users write it in JSON. */
interface JsonSample {
  readonly metric_id: string;
  readonly timestamp_ms: number;
  readonly value: number;
}

const jsonArray: BatchContender = {
  name: 'JSON',
  what: 'an array of objects with metric_id, timestamp_ms and value; JSON.stringify and JSON.parse',
  encode: ({ length, dictionary, slots, timestampsMs, values }) => {
    const samples = Array.from({ length }, (_, i) => ({
      metric_id: dictionary.text(slots[i]!),
      timestamp_ms: timestampsMs[i]!,
      value: values[i]!,
    }));
    return Buffer.from(JSON.stringify(samples));
  },
  decode: (bytes, columns) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    for (const { metric_id, timestamp_ms, value } of JSON.parse(text) as JsonSample[]) {
      columns.push(columns.dictionary.intern(metric_id), timestamp_ms, value);
    }
  },
};

const NEWLINE = 10;

const json: BatchContender = {
  name: 'JSON lines',
  what: 'an object a line with metric_id, timestamp_ms and value; JSON.stringify and JSON.parse',
  encode: ({ length, dictionary, slots, timestampsMs, values }) => {
    let text = '';
    for (let i = 0; i < length; i++) {
      const metric_id = dictionary.text(slots[i]!);
      text += `${JSON.stringify({ metric_id, timestamp_ms: timestampsMs[i], value: values[i] })}\n`;
    }
    return Buffer.from(text);
  },
  decode: (bytes, columns) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < text.length;) {
      const end = text.indexOf(NEWLINE, at);
      const sample = JSON.parse(text.toString('latin1', at, end)) as JsonSample;
      columns.push(columns.dictionary.intern(sample.metric_id), sample.timestamp_ms, sample.value);
      at = end + 1;
    }
  },
};

type Columns = { metric_id: Dictionary<Utf8, Int32>; timestamp_ms: Int64; value: Float64 };

const arrow: BatchContender = {
  name: 'Arrow IPC',
  what: 'apache-arrow, stream format, ids in a dictionary',
  encode: ({ length, dictionary, slots, timestampsMs, values }) => {
    const texts = Array.from({ length: dictionary.size }, (_, slot) => dictionary.text(slot));
    const ids = makeData({
      type: new Dictionary(new Utf8(), new Int32()),
      length,
      data: slots.subarray(0, length),
      dictionary: vectorFromArray(texts, new Utf8()),
    });
    const table = new Table({
      metric_id: makeVector(ids),
      timestamp_ms: makeVector(toInt64(timestampsMs, length)),
      value: makeVector(values.subarray(0, length)),
    });
    return tableToIPC(table, 'stream');
  },
  decode: (bytes, columns) => {
    const table: Table<Columns> = tableFromIPC(bytes);
    const ids = table.getChild('metric_id')!.data[0]!;
    const slotOf = Int32Array.from(ids.dictionary!.toArray() as string[], (text) =>
      columns.dictionary.intern(text),
    );
    for (let i = 0; i < table.numRows; i++) columns.slots[i] = slotOf[ids.values[i]!]!;
    fromInt64(table.getChild('timestamp_ms')!.data[0]!.values, columns.timestampsMs);
    columns.values.set(table.getChild('value')!.data[0]!.values);
    columns.length = table.numRows;
  },
};

function zstdOf(inner: BatchContender): BatchContender {
  return {
    name: `${inner.name} + zstd`,
    what: 'the same, then zstd (level 3)',
    encode: (batch) => zstdCompressSync(inner.encode(batch)),
    decode: (bytes, columns) => inner.decode(zstdDecompressSync(bytes), columns),
  };
}

export const batchContenders: readonly BatchContender[] = [
  record,
  streamOf('stream', 'the stream form, 65 536 rows a block', 65_536),
  streamOf('stream, 1000 rows', 'the stream form, 1000 rows a block: one of each series', 1000),
  zstdOf(record),
  arrow,
  zstdOf(arrow),
  jsonArray,
  json,
  zstdOf(json),
];

/** Empty columns for `rows` rows, with a dictionary of their own. */
export function emptyColumns(rows: number): SampleColumns {
  return new SampleColumns(new MetricDictionary(), rows);
}
