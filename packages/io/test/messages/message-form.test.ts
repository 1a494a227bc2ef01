import { describe, expect, it } from 'vitest';
import { sniffForm } from '../../src/index.ts';

function record(timestamp: bigint): Uint8Array {
  const bytes = Buffer.alloc(32, 0x7b);
  bytes.writeBigInt64BE(timestamp, 16);
  return bytes;
}

describe('the form of bytes', () => {
  it('is seen by how they begin', () => {
    expect(sniffForm(Buffer.from('f7574e53', 'hex'))).toBe('stream');
    expect(sniffForm(Buffer.from(' \r\n\t[1'))).toBe('json');
    expect(sniffForm(Buffer.from('\uFEFF{'))).toBe('json');
    expect(sniffForm(record(1_700_000_000_000n))).toBe('records');
    expect(sniffForm(record(-1n))).toBe('records');
    expect(sniffForm(record(2n ** 62n).fill(0x80, 0, 16))).toBe('records');
  });

  it('is JSON for JSON of 32 bytes, whatever it holds', () => {
    expect(sniffForm(Buffer.from('{"a":"0123456789012345678901ä"}'))).toBe('json');
  });

  it('is none for other text, for nothing, and for a length that fits no records', () => {
    expect(sniffForm(Buffer.from('x'.repeat(32)))).toBeNull();
    expect(sniffForm(new Uint8Array(0))).toBeNull();
    expect(sniffForm(new Uint8Array(33))).toBeNull();
  });
});
