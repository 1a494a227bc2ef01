import { readFile } from 'node:fs/promises';
import { MetricDictionary } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { readArrowStream } from '../../../src/index.ts';
import { keysOf, someRows, withFolder, writeRows, type Row } from '../../samples.ts';

const rows = someRows(500);
const names = { metricId: 'metric_id', timestamp: 'timestamp_ms', value: 'value' };

function streamBytes(): Promise<Buffer> {
  return withFolder(async (folder) =>
    readFile(await writeRows(`${folder}/a.arrows`, rows.slice(), 100)),
  );
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Row[]> {
  const dictionary = new MetricDictionary();
  const got: Row[] = [];
  const reject = (): void => expect.unreachable();
  for await (const batch of readArrowStream(chunks, {
    names,
    source: 'wire',
    dictionary,
    reject,
  })) {
    for (let i = 0; i < batch.length; i++) {
      const id = dictionary.text(batch.slots[i]!);
      got.push({ id, timestampMs: batch.timestampsMs[i]!, value: batch.values[i]! });
    }
  }
  return got;
}

describe('an Arrow stream over the wire', () => {
  it.each([1, 7, 8, 4096, 1 << 20])('in chunks of %i bytes gives its samples', async (size) => {
    expect(keysOf(await read(inChunks(await streamBytes(), size)))).toEqual(keysOf(rows));
  });

  it('that is cut off anywhere is an error, and no dead letter', async () => {
    const bytes = await streamBytes();
    for (let length = 0; length < bytes.length; length += 97) {
      const cut = read(inChunks(bytes.subarray(0, length), 1000));
      await expect(cut).rejects.toMatchObject({ name: 'WindrowError', code: 'FORMAT' });
    }
  });

  it('throws what the wire throws, as it is', async () => {
    const bytes = await streamBytes();
    const broken = new Error('reset by peer');
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, bytes.length >> 1);
      throw broken;
    }
    await expect(read(breaking())).rejects.toBe(broken);
  });

  it('ends the wire where nobody reads on', async () => {
    const bytes = await streamBytes();
    let isEnded = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield bytes.subarray(0, bytes.length - 8);
        for (;;) yield new Uint8Array(8);
      } finally {
        isEnded = true;
      }
    }
    const dictionary = new MetricDictionary();
    const options = { names, source: 'wire', dictionary, reject: () => undefined };
    for await (const _ of readArrowStream(endless(), options)) break;
    expect(isEnded).toBe(true);
  });
});
