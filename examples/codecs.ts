/** A metric's points as a chunk, and samples as 32-byte records: both lossless, to the bit. */
import {
  RECORD_BYTES,
  chunkBytesMax,
  decodeChunk,
  decodeRecord,
  encodeChunk,
  encodeRecord,
} from '@windrow/codecs';

// 1024 points of a sensor that reports two decimals, once a second.
const length = 1024;
const timestampsMs = Float64Array.from({ length }, (_, i) => 1_767_571_200_000 + i * 1000);
const values = Float64Array.from({ length }, (_, i) => {
  const noise = ((i * i * 7919) % 17) - 8;
  return Math.round(6200 + 40 * Math.sin(i / 60) + noise) / 100;
});

const bytes = new Uint8Array(chunkBytesMax(length));
const end = encodeChunk({ length, timestampsMs, values }, bytes, 0);

const read = { timestampsMs: new Float64Array(length), values: new Float64Array(length) };
const count = decodeChunk(bytes, 0, end, read);
const same = read.values.every((value, i) => Object.is(value, values[i]));
process.stdout.write(
  `${count} points in ${end} bytes, ${(end / count).toFixed(2)} a point, ${same ? 'the same' : 'not the same'} to the bit\n`,
);

// One sample as a message: id, timestamp, value, big-endian, as Java's DataOutputStream writes them.
const record = new Uint8Array(RECORD_BYTES);
encodeRecord(
  { metricId: '2888edd6-31e2-5cac-8ab8-11a7674fdcaa', timestampMs: 1_767_571_200_000, value: 62.5 },
  record,
  0,
);
const hex = Buffer.from(record).toString('hex');
process.stdout.write(`${hex}\n${JSON.stringify(decodeRecord(record, 0))}\n`);
