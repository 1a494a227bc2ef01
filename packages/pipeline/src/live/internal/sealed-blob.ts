/**
 * What all blobs of a checkpoint store but the engine's own parts have in common. Little-endian: u32 magic `WNDJ`, u32 version, u32
 * length of the JSON head, the head, the body, u32 CRC32 of all bytes before.
 */
import { crc32 } from 'node:zlib';
import { WindrowError } from '@windrow/core';
import { ByteCursor } from './byte-cursor.ts';

const MAGIC = 0x4a_44_4e_57;
const VERSION = 1;
const FRONT_BYTES = 12;
const CRC_BYTES = 4;

/** @returns bytes of their own */
export function sealBlob(head: unknown, body: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head, asText));
  const bytes = new Uint8Array(FRONT_BYTES + json.length + body.length + CRC_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, json.length, true);
  bytes.set(json, FRONT_BYTES);
  bytes.set(body, FRONT_BYTES + json.length);
  const crcAt = bytes.length - CRC_BYTES;
  view.setUint32(crcAt, crc32(bytes.subarray(0, crcAt)), true);
  return bytes;
}

/**
 * The head, which is what `sealBlob` was given: the checksum vouches for it. And the body.
 * @throws WindrowError FORMAT where the bytes are damaged, or of another version
 */
export function openBlob(
  name: string,
  bytes: Uint8Array,
): { readonly head: unknown; readonly body: ByteCursor } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const crcAt = bytes.length - CRC_BYTES;
  if (crcAt < FRONT_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new WindrowError(
      'FORMAT',
      `${name}: found ${bytes.length} bytes that are no blob of a checkpoint`,
    );
  }
  if (crc32(bytes.subarray(0, crcAt)) !== view.getUint32(crcAt, true)) {
    throw new WindrowError('FORMAT', `${name}: the checksum does not fit, the bytes are damaged`);
  }
  const version = view.getUint32(4, true);
  if (version !== VERSION) {
    throw new WindrowError(
      'FORMAT',
      `${name}: found version ${version}, expected ${VERSION}; use the release that made it`,
    );
  }
  const body = new ByteCursor(bytes.subarray(FRONT_BYTES, crcAt), name);
  const text = new TextDecoder().decode(body.take(view.getUint32(8, true)));
  return { head: JSON.parse(text, fromText), body };
}

/** JSON has neither -0 nor the infinities: they are written as a text that nothing else is. */
function asText(_key: string, value: unknown): unknown {
  if (Object.is(value, -0)) return '\u0000-0';
  return typeof value === 'number' && !Number.isFinite(value) ? `\u0000${value}` : value;
}

function fromText(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith('\u0000') ? Number(value.slice(1)) : value;
}
