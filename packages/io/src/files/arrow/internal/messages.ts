/**
 * The messages of an Arrow IPC file or stream, one by one, each checked before it is handed on.
 *
 *     stream  := message ... end
 *     file    := "ARROW1\0\0" stream footer int32 "ARROW1"
 *     message := ffffffff int32 metadata body          (before 0.15: without ffffffff)
 *     end     := ffffffff 00000000
 *
 * The file form is read in order like the stream, so that a file without its footer gives what it has.
 */
import { Damage } from '../../internal/damage.ts';
import type { ByteTaker } from './byte-taker.ts';
import { BODY_BYTES_MAX, inspectMessage, unpackedBytes } from './message-guard.ts';

const METADATA_BYTES_MAX = 64 << 20;
const MAGIC = 'ARROW1';
const CONTINUATION = -1;
/** The footer of a file is read to its end, to see that it is there. */
const TAIL_BYTES_MAX = 256 << 20;

/**
 * Yields the schema's message, then those of dictionaries and record batches. Throws Damage where they break off.
 * @param schemaOfFooter gives the schema's message of a file that does not begin with it
 */
export async function* arrowMessages(
  bytes: ByteTaker,
  schemaOfFooter: () => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const start = await bytes.take(8);
  if (start.length === 0) throw new Damage('the file is empty');
  const isFile = Buffer.from(start.subarray(0, 6)).toString('latin1') === MAGIC;
  let prefix = isFile ? await bytes.take(8) : start;
  let isFirst = true;
  for (;;) {
    const message = await nextMessage(bytes, prefix);
    if (isFirst && isFile && message?.kind !== 'schema') {
      yield await schemaOfFooter();
      isFirst = false;
    }
    if (message === null) break;
    if (isFirst !== (message.kind === 'schema')) {
      throw new Damage(isFirst ? 'no Arrow: it does not begin with a schema' : 'a second schema');
    }
    isFirst = false;
    yield message.head;
    if (message.body.length > 0) yield message.body;
    prefix = await bytes.take(8);
  }
  if (isFirst) throw new Damage('no schema');
  if (isFile) await checkTail(bytes);
  else if ((await bytes.take(1)).length > 0) throw new Damage('it goes on after its end marker');
}

interface CheckedMessage {
  readonly kind: 'schema' | 'dictionary' | 'batch' | 'other';
  /** Prefix and metadata. */
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

/** The message whose first 8 bytes are `prefix`; null at the end of the stream. */
async function nextMessage(bytes: ByteTaker, prefix: Uint8Array): Promise<CheckedMessage | null> {
  if (prefix.length < 8) {
    throw new Damage('it ends without its end marker: it is cut off, or its writer was not closed');
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const isLegacy = view.getInt32(0, true) !== CONTINUATION;
  const size = view.getInt32(isLegacy ? 0 : 4, true);
  if (size === 0) return null;
  if (size < 8 || size > METADATA_BYTES_MAX) {
    throw new Damage(`no Arrow message at byte ${bytes.taken - 8}`);
  }
  // Of a legacy message four bytes of metadata were already taken.
  const already = isLegacy ? prefix.subarray(4) : new Uint8Array(0);
  const rest = await bytes.take(size - already.length);
  if (rest.length < size - already.length) throw new Damage('it ends within a message');
  const metadata = Buffer.concat([already, rest]);
  const { kind, bodyBytes } = inspectMessage(metadata);
  const body = await bytes.take(bodyBytes);
  if (body.length < bodyBytes) throw new Damage(`it ends within a ${kind}`);
  if (kind === 'batch' || kind === 'dictionary') checkUnpacked(metadata, body);
  const head = Buffer.concat([prefix.subarray(0, isLegacy ? 4 : 8), metadata]);
  return { kind, head, body };
}

function checkUnpacked(metadata: Uint8Array, body: Uint8Array): void {
  const unpacked = unpackedBytes(metadata, body);
  if (unpacked > BODY_BYTES_MAX) {
    throw new Damage(`a batch that unpacks to ${unpacked} bytes; the limit is ${BODY_BYTES_MAX}`);
  }
}

async function checkTail(bytes: ByteTaker): Promise<void> {
  let last = '';
  for (let total = 0; total < TAIL_BYTES_MAX;) {
    const part = await bytes.take(1 << 16);
    if (part.length === 0) break;
    total += part.length;
    last = (last + Buffer.from(part).toString('latin1')).slice(-MAGIC.length);
  }
  if (last !== MAGIC) throw new Damage('it ends without its footer: it is cut off');
}
