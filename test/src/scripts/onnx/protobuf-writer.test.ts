import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from '../../../../scripts/onnx/protobuf-writer.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('ProtobufWriter', () => {
  it("writes the examples of the format's documentation", () => {
    // https://protobuf.dev/programming-guides/encoding/
    expect(hex(new ProtobufWriter().integer(1, 150).finish())).toBe('089601');
    expect(hex(new ProtobufWriter().text(2, 'testing').finish())).toBe('120774657374696e67');
    const nested = new ProtobufWriter().message(3, (inner) => inner.integer(1, 150));
    expect(hex(nested.finish())).toBe('1a03089601');
  });

  it('writes what needs many bytes', () => {
    expect(hex(new ProtobufWriter().integer(2047, 2 ** 53 - 1).finish())).toBe(
      `f87f${'ff'.repeat(7)}0f`,
    );
    expect(hex(new ProtobufWriter().integer(1, 0).finish())).toBe('0800');
    const long = new ProtobufWriter().bytes(1, new Uint8Array(100_000)).finish();
    expect(long.length).toBe(1 + 3 + 100_000);
    expect(hex(long.subarray(0, 4))).toBe('0aa08d06');
  });

  it('refuses what it cannot say', () => {
    expect(() => new ProtobufWriter().integer(0, 1)).toThrow('field number: found 0');
    expect(() => new ProtobufWriter().integer(2 ** 29, 1)).toThrow('field number');
    for (const value of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(() => new ProtobufWriter().integer(1, value)).toThrow(`varint: found ${value}`);
    }
  });
});
