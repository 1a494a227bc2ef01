/** Files as other writers lay them out: Arrow's own writer for JavaScript gives the bytes, which are put into another order. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Dictionary,
  Float64,
  Int32,
  Int64,
  Message,
  Table,
  Utf8,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import type { Block } from 'apache-arrow/fb/block';
import { Footer } from 'apache-arrow/fb/footer';
import { ByteBuffer } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../../src/index.ts';
import { keysOf, readAll, someRows, withFolder, type Read } from '../../../samples.ts';

const TAIL_BYTES = 10;
const rows = someRows(500);
const columns = {
  metric_id: vectorFromArray(
    rows.map((row) => row.id),
    new Dictionary(new Utf8(), new Int32()),
  ),
  timestamp_ms: vectorFromArray(
    rows.map((row) => BigInt(row.timestampMs)),
    new Int64(),
  ),
  value: vectorFromArray(
    rows.map((row) => row.value),
    new Float64(),
  ),
};
const file = Buffer.from(tableToIPC(new Table(columns), 'file'));
const stream = Buffer.from(tableToIPC(new Table(columns), 'stream'));

interface Laid {
  readonly footer: Buffer;
  readonly dictionary: Block;
  readonly batch: Block;
}

/** The footer of `file`, to be changed, and its two blocks. */
function laid(): Laid {
  const end = file.length - TAIL_BYTES;
  const footer = Buffer.from(file.subarray(end - file.readInt32LE(end), end));
  const table = Footer.getRootAsFooter(new ByteBuffer(new Uint8Array(footer)));
  return { footer, dictionary: table.dictionaries(0)!, batch: table.recordBatches(0)! };
}

function bytesOf(block: Block): Buffer {
  const start = Number(block.offset());
  return file.subarray(start, start + block.metaDataLength() + Number(block.bodyLength()));
}

/** `parts` from byte 8 on, and a footer that says where the dictionary and the batch are now. */
function fileOf(
  parts: readonly Buffer[],
  footer: Buffer,
  offsets: readonly (readonly [Block, number])[],
): Buffer {
  for (const [block, offset] of offsets) footer.writeBigInt64LE(BigInt(offset), block.bb_pos);
  const end = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
  const tail = file.subarray(file.length - TAIL_BYTES);
  return Buffer.concat([file.subarray(0, 8), ...parts, end, footer, tail]);
}

/** As polars 2 begins a file: the metadata of a schema, without a prefix. */
function withBareSchema(): Buffer {
  const { footer, dictionary, batch } = laid();
  const size = stream.readInt32LE(4);
  const schema = stream.subarray(8, 8 + size);
  const first = 8 + size;
  return fileOf([schema, bytesOf(dictionary), bytesOf(batch)], footer, [
    [dictionary, first],
    [batch, first + bytesOf(dictionary).length],
  ]);
}

/** The format allows it in a file: "as long as the keys are defined somewhere in the file". */
function withDictionaryLast(): Buffer {
  const { footer, dictionary, batch } = laid();
  return fileOf([bytesOf(batch), bytesOf(dictionary)], footer, [
    [batch, 8],
    [dictionary, 8 + bytesOf(batch).length],
  ]);
}

/** As before Arrow 0.15: no continuation mark, neither before messages nor before the end. */
function legacyStream(): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < stream.length - 8;) {
    const size = stream.readInt32LE(at + 4);
    const metadata = stream.subarray(at + 8, at + 8 + size);
    const { bodyLength } = Message.decode(metadata);
    const next = at + 8 + size + bodyLength;
    const prefix = Buffer.alloc(4);
    prefix.writeInt32LE(size + 4);
    parts.push(prefix, metadata, Buffer.alloc(4), stream.subarray(at + 8 + size, next));
    at = next;
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

async function read(bytes: Uint8Array): Promise<Read> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'a.arrow'), bytes);
    return readAll(fileSource(join(folder, 'a.arrow')));
  });
}

describe('files of other writers', () => {
  it.each([
    ['the schema at the start is no message', withBareSchema()],
    ['the dictionary stands after the batch', withDictionaryLast()],
    ['a stream is in the form before Arrow 0.15', legacyStream()],
  ])('are read where %s', async (_, bytes) => {
    const got = await read(bytes);
    expect(got.letters).toEqual([]);
    expect(keysOf(got.rows)).toEqual(keysOf(rows));
  });

  it.each([8, 1 << 20, -8])(
    'are told of where the first block is said to be at byte %i',
    async (at) => {
      const { footer, dictionary, batch } = laid();
      const bare = withBareSchema();
      const end = bare.length - TAIL_BYTES;
      for (const block of [dictionary, batch]) {
        bare.writeBigInt64LE(BigInt(at), end - footer.length + block.bb_pos);
      }
      const got = await read(bare);
      expect(got.rows).toEqual([]);
      expect(got.letters).toMatchObject([
        { reason: expect.stringMatching(/dictionary at byte|no Arrow message/) },
      ]);
    },
  );
});
