/**
 * Random bit patterns through the record, the chunk and the stream: nothing may change. Points come in groups of random size,
 * and of random kinds: any bits at all, decimals, near neighbours, and values that are repeated, so that every layout is met.
 */
import { MetricDictionary, SampleColumns } from '@windrow/core';
import {
  StreamDecoder,
  StreamEncoder,
  chunkBytesMax,
  decodeChunk,
  decodeRecords,
  encodeChunk,
  encodeRecords,
} from '../../src/index.ts';
import { randomOf } from '../chunk/point-shapes.ts';

const GROUP_MAX = 8192;
const IDS = 37;

/** Fills words with the bits of `count` values. */
type Kind = (words: Uint32Array, count: number, random: () => number) => void;

const bits: Kind = (words, count, random) => {
  for (let i = 0; i < count * 2; i++) words[i] = random() * 2 ** 32;
};

function numbers(next: (random: () => number, before: number) => number): Kind {
  return (words, count, random) => {
    const values = new Float64Array(words.buffer, words.byteOffset, count);
    let before = 0;
    for (let i = 0; i < count; i++) values[i] = before = next(random, before);
  };
}

const kinds: readonly Kind[] = [
  bits,
  bits,
  bits,
  numbers((random) => Math.round(random() * 1e4) / 100),
  numbers((random, before) => before + Math.round(random() * 4 - 2)),
  numbers((random, before) => (random() < 0.1 ? Math.round(random() * 1e6) / 1e3 : before)),
  numbers((random) => Math.fround(random())),
  numbers((random) => (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300)),
];

/**
 * Checks `count` values or more; returns how many.
 * @throws Error naming the form, the seed and the value that changed
 */
export function checkPatterns(count: number, seed: number): number {
  const random = randomOf(seed);
  const dictionary = new MetricDictionary();
  const id = new Uint8Array(16);
  for (let i = 0; i < IDS; i++) {
    id[15] = i;
    dictionary.internBytes(id, 0);
  }
  const chunk = new Uint8Array(chunkBytesMax(GROUP_MAX));
  const records = new Uint8Array(GROUP_MAX * 32);
  let done = 0;
  while (done < count) {
    const length = 1 + Math.floor(random() * random() * GROUP_MAX);
    const batch = new SampleColumns(dictionary, length);
    const back = new SampleColumns(dictionary, length);
    const words = new Uint32Array(batch.values.buffer);
    kinds[Math.floor(random() * kinds.length)]!(words, length, random);
    const isInTurn = random() < 0.5;
    const range = 10 ** Math.floor(random() * 16);
    for (let i = 0; i < length; i++) {
      batch.slots[i] = isInTurn ? i % IDS : Math.floor(random() * IDS);
      batch.timestampsMs[i] = Math.round((random() - 0.5) * range) + 0;
    }
    batch.length = length;
    const expectSame = (form: string): void => {
      const seen = new Uint32Array(back.values.buffer);
      for (let i = 0; i < length; i++) {
        const isSame =
          back.timestampsMs[i] === batch.timestampsMs[i] &&
          seen[i * 2] === words[i * 2] &&
          seen[i * 2 + 1] === words[i * 2 + 1];
        if (!isSame) throw new Error(`${form}: seed ${seed}, value ${done + i} changed`);
      }
    };

    decodeChunk(chunk, 0, encodeChunk(batch, chunk, 0), back);
    expectSame('chunk');

    decodeRecords(records, 0, encodeRecords(batch, records, 0), back);
    expectSame('record');

    const decoder = new StreamDecoder(dictionary, ({ reason }) => {
      throw new Error(`stream: seed ${seed}: ${reason}`);
    });
    const encoder = new StreamEncoder({ rowsPerBlock: 1 + Math.floor(random() * GROUP_MAX) });
    back.length = 0;
    const read = (bytes: Uint8Array): void => {
      for (const rows of decoder.push(bytes)) {
        back.timestampsMs.set(rows.timestampsMs.subarray(0, rows.length), back.length);
        const from = new Uint32Array(rows.values.buffer, 0, rows.length * 2);
        new Uint32Array(back.values.buffer).set(from, back.length * 2);
        back.length += rows.length;
      }
    };
    encoder.write(batch, read);
    encoder.flush(read);
    expectSame('stream');
    done += length;
  }
  return done;
}
