/**
 * One message of an Arrow IPC stream, checked before it is handed on.
 *
 *     message := ffffffff int32 metadata body          (before 0.15: without ffffffff)
 *     end     := ffffffff 00000000                     (before 0.15: 00000000)
 */
import { Damage } from '../../internal/damage.ts';
import type { ByteTaker } from './byte-taker.ts';
import {
  BODY_BYTES_MAX,
  inspectMessage,
  unpackedBytes,
  type MessageInfo,
} from './message-guard.ts';

export const METADATA_BYTES_MAX: number = 64 << 20;
const CONTINUATION = -1;

export interface CheckedMessage {
  readonly kind: MessageInfo['kind'];
  /** Prefix and metadata. */
  readonly head: Uint8Array;
  readonly metadata: Uint8Array;
  readonly body: Uint8Array;
}

/** Whether these 8 bytes begin a message in today's form. */
export function continues(prefix: Uint8Array): boolean {
  return prefix.length === 8 && int32At(prefix, 0) === CONTINUATION;
}

/**
 * The message whose first 8 bytes are `prefix`; null at the end of the stream. Throws Damage.
 * @param prefix default: the next 8 bytes
 */
export async function nextMessage(
  bytes: ByteTaker,
  prefix?: Uint8Array,
): Promise<CheckedMessage | null> {
  const start = prefix ?? (await bytes.take(8));
  if (start.length === 4 && int32At(start, 0) === 0) return null;
  if (start.length < 8) {
    throw new Damage('it ends without its end marker: it is cut off, or its writer was not closed');
  }
  const isLegacy = !continues(start);
  const size = int32At(start, isLegacy ? 0 : 4);
  if (size === 0) return null;
  if (size < 8 || size > METADATA_BYTES_MAX) {
    throw new Damage(`no Arrow message at byte ${bytes.taken - 8}`);
  }
  // Of a legacy message four bytes of metadata were already taken.
  const already = isLegacy ? start.subarray(4) : new Uint8Array(0);
  const rest = await bytes.take(size - already.length);
  if (rest.length < size - already.length) throw new Damage('it ends within a message');
  const metadata = Buffer.concat([already, rest]);
  const { kind, bodyBytes } = inspectMessage(metadata);
  const body = await bytes.take(bodyBytes);
  if (body.length < bodyBytes) throw new Damage(`it ends within a ${kind}`);
  if (kind === 'batch' || kind === 'dictionary') checkUnpacked(metadata, body);
  const head = Buffer.concat([start.subarray(0, isLegacy ? 4 : 8), metadata]);
  return { kind, head, metadata, body };
}

function int32At(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(at, true);
}

function checkUnpacked(metadata: Uint8Array, body: Uint8Array): void {
  const unpacked = unpackedBytes(metadata, body);
  if (unpacked > BODY_BYTES_MAX) {
    throw new Damage(`a batch that unpacks to ${unpacked} bytes; the limit is ${BODY_BYTES_MAX}`);
  }
}
