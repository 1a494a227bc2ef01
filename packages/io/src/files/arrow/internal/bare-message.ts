/** One Arrow message in its own bytes, checked before the library builds anything from it. */
import { Damage } from '../../internal/damage.ts';
import { BODY_BYTES_MAX, inspectMessage, unpackedBytes } from './message-guard.ts';

const CONTINUATION = -1;
/** Of the prefix with and without the continuation mark. */
const PREFIX_BYTES = 8;
const LEGACY_PREFIX_BYTES = 4;

export interface BareMessage {
  /** Prefix and metadata. */
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** Bytes of the prefix. */
  readonly prefix: number;
}

/** Splits a message, which must be of the kind that is expected and all there. Throws Damage. */
export function bareMessage(bytes: Uint8Array, expected: 'schema' | 'batch'): BareMessage {
  if (bytes.length < PREFIX_BYTES) throw new Damage(`a message of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLegacy = view.getInt32(0, true) !== CONTINUATION;
  const prefix = isLegacy ? LEGACY_PREFIX_BYTES : PREFIX_BYTES;
  const size = view.getInt32(prefix - 4, true);
  if (size < PREFIX_BYTES || size > bytes.length - prefix) {
    throw new Damage(`metadata of ${size} bytes in a message of ${bytes.length}`);
  }
  const metadata = bytes.subarray(prefix, prefix + size);
  const { kind, bodyBytes } = inspectMessage(metadata);
  if (kind !== expected) throw new Damage(`a message of kind ${kind}, expected a ${expected}`);
  const end = prefix + size + bodyBytes;
  if (end > bytes.length) {
    throw new Damage(
      `a ${kind} of ${bodyBytes} bytes, of which ${bytes.length - prefix - size} are there`,
    );
  }
  const body = bytes.subarray(prefix + size, end);
  if (kind === 'batch') {
    const unpacked = unpackedBytes(metadata, body);
    if (unpacked > BODY_BYTES_MAX) {
      throw new Damage(`a batch that unpacks to ${unpacked} bytes; the limit is ${BODY_BYTES_MAX}`);
    }
  }
  return { head: bytes.subarray(0, prefix + size), body, prefix };
}
