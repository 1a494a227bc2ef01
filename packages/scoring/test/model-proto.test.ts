import { WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { readModelProto } from '../src/model-proto.ts';
import { meanModel, onnxBytes } from './onnx-bytes.ts';

const good = onnxBytes(
  meanModel(['N', 2, 3], { metadata: { layout: 'NCT', input_count: '2', note: 'Wärme' } }),
);

function errorOf(bytes: Uint8Array): WindrowError | null {
  try {
    readModelProto(bytes);
    return null;
  } catch (error) {
    if (!(error instanceof WindrowError)) throw error;
    return error;
  }
}

describe('golden', () => {
  it('reads versions, producer and custom metadata', () => {
    expect(readModelProto(good)).toEqual({
      irVersion: 8,
      producerName: 'windrow-tests',
      producerVersion: '1.2',
      opsets: new Map([['ai.onnx', 17]]),
      metadata: new Map([
        ['layout', 'NCT'],
        ['input_count', '2'],
        ['note', 'Wärme'],
      ]),
      externalFiles: [],
    });
  });

  it('takes the last of two values of one key, as protobuf does of two fields', () => {
    const twice = onnxBytes(meanModel(['N', 2, 3], { metadata: { a: '1' } }));
    const more = Uint8Array.of(0x72, 6, 0x0a, 1, 0x61, 0x12, 1, 0x32);
    expect(readModelProto(new Uint8Array([...twice, ...more])).metadata).toEqual(
      new Map([['a', '2']]),
    );
  });

  it('passes over fields that it does not know, of every wire type', () => {
    const unknown = [
      [0xf8, 0x06, 0x96, 0x01], // 111, varint
      [0xf9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8], // 111, 64 bits
      [0xfa, 0x06, 2, 9, 9], // 111, bytes
      [0xfd, 0x06, 1, 2, 3, 4], // 111, 32 bits
    ].flat();
    expect(readModelProto(new Uint8Array([...unknown, ...good]))).toEqual(readModelProto(good));
  });
});

describe('damage', () => {
  it.each<readonly [string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /empty file, expected an ONNX model/],
    ['text', Buffer.from('This is no model.\n'), /wire type 4, expected 0, 1, 2 or 5/],
    ['HTML', Buffer.from('<!DOCTYPE html><html>'), /byte 1: found/],
    ['field 0', Uint8Array.of(0x00, 0x01), /byte 0: found field number 0/],
    ['an endless number', new Uint8Array(20).fill(0xff), /more than 10 bytes/],
    [
      'a length beyond the end',
      Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0x7f),
      /268435455 bytes where 0 are left/,
    ],
    ['no graph', Uint8Array.of(0x08, 8), /found no graph/],
    ['no IR version', Uint8Array.of(0x3a, 2, 0x12, 0), /found no ir_version/],
    ['a group', Uint8Array.of(0x0b, 0x0c), /wire type 3/],
    [
      'metadata as a number',
      Uint8Array.of(0x70, 5),
      /wire type 0 in field 14, expected wire type 2/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    const error = errorOf(bytes);
    expect(error?.code).toBe('FORMAT');
    expect(error?.message).toMatch(message);
  });

  it('cut at every byte: refused, or (between two fields) read without what is missing', () => {
    const whole = readModelProto(good);
    const wrong: number[] = [];
    for (let end = 0; end < good.length; end++) {
      const bytes = good.subarray(0, end);
      const error = errorOf(bytes);
      const isRight =
        error === null
          ? readModelProto(bytes).metadata.size < whole.metadata.size
          : error.code === 'FORMAT';
      if (!isRight) wrong.push(end);
    }
    expect(wrong).toEqual([]);
  });

  it('with any bit flipped: read or refused, never anything else', () => {
    let refused = 0;
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = good.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      if (errorOf(bytes)?.code === 'FORMAT') refused++;
    }
    expect(refused).toBeGreaterThan(0);
  });

  it('refuses more metadata than anyone writes', () => {
    const metadata = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, '']));
    expect(errorOf(onnxBytes(meanModel(['N', 2, 3], { metadata })))?.message).toMatch(
      /more than 4096 metadata_props entries/,
    );
  });
});

/** A length-delimited field of less than 16 KiB. */
function field(n: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([...tag(n), ...length]), body]);
}

function tag(n: number): number[] {
  const value = n * 8 + 2;
  return value < 128 ? [value] : [(value & 0x7f) | 0x80, value >> 7];
}

describe('external data', () => {
  const at = (...locations: string[]): Uint8Array =>
    onnxBytes(
      meanModel(['N', 2, 3], {
        initializers: locations.map((location, i) => ({
          name: `w${i}`,
          dims: [1],
          values: [],
          location,
        })),
      }),
    );

  it('is named, each file once', () => {
    const bytes = at('weights.bin', 'more/weights.bin', 'weights.bin');
    expect(readModelProto(bytes).externalFiles).toEqual(['weights.bin', 'more/weights.bin']);
  });

  it('is found in constants of nested graphs, in lists, in sparse tensors and in functions', () => {
    const tensor = (location: string): Buffer =>
      Buffer.concat([
        field(13, field(1, Buffer.from('location')), field(2, Buffer.from(location))),
        Buffer.from([0x70, 1]),
      ]);
    // NodeProto.attribute = 5; AttributeProto: t = 5, g = 6, tensors = 10, graphs = 11, sparse_tensor = 22.
    const node = (...attributes: Buffer[]): Buffer =>
      field(1, ...attributes.map((a) => field(5, a)));
    const graph = Buffer.concat([
      node(field(5, tensor('a')), field(10, tensor('b'))),
      node(field(6, node(field(11, node(field(5, tensor('c'))))))),
      node(field(22, field(1, tensor('d')), field(2, tensor('e')))),
      field(15, field(1, tensor('f'))),
    ]);
    const model = Buffer.concat([
      Buffer.from([0x08, 8]),
      field(7, graph),
      field(25, field(7, field(5, field(5, tensor('g'))))),
    ]);
    expect(readModelProto(model).externalFiles.join('')).toBe('abcdefg');
  });

  it.each(['../weights.bin', '/etc/passwd', 'a/../../b', 'a//b', '', '.', 'C:\\w', 'w\0', 'a\\b'])(
    'outside of the folder is refused: %j',
    (location) => {
      expect(errorOf(at(location))?.message).toMatch(
        /^location of external data: found ".*", expected a relative path/,
      );
    },
  );

  it('with a path longer than any file system has is refused', () => {
    expect(errorOf(at('a'.repeat(1025)))?.message).toMatch(/found 1025 characters/);
  });

  it('in graphs nested deeper than anyone nests them is not looked for', () => {
    let graph: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 100; depth++) graph = field(1, field(5, field(6, graph)));
    const model = Buffer.concat([Buffer.from([0x08, 8]), field(7, graph)]);
    expect(errorOf(model)?.message).toBe('found graphs nested more than 64 deep');
  });
});
