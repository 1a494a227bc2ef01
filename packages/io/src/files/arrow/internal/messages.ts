/**
 * The messages of an Arrow IPC file or stream, one by one, each checked before it is handed on.
 *
 *     stream  := message ... end
 *     file    := "ARROW1\0\0" stream footer int32 "ARROW1"
 *
 * The file form is read in order like the stream, so that a file without its footer gives what it has. Where the footer is
 * there, it says what the order does not: a schema that is not at the start, and dictionaries that stand after what needs them.
 */
import { Damage } from '../../internal/damage.ts';
import type { ByteTaker } from './byte-taker.ts';
import { schemaOf, type ColumnChoice } from './column-choice.ts';
import type { ArrowFooter } from './footer.ts';
import { continues, nextMessage, type CheckedMessage } from './next-message.ts';

const MAGIC = 'ARROW1';
const SKIP_BYTES = 1 << 16;
/** The footer of a file is read to its end, to see that it is there. */
const TAIL_BYTES_MAX = 256 << 20;

/**
 * Yields the schema's message, then those of dictionaries and record batches. Throws Damage where they break off.
 * @param footer of the file, or why it has none that could be read
 * @param choice the columns that are handed on
 */
export async function* arrowMessages(
  bytes: ByteTaker,
  footer: () => Promise<ArrowFooter | Damage>,
  choice: ColumnChoice,
): AsyncGenerator<Uint8Array> {
  const start = await bytes.take(8);
  if (start.length === 0) throw new Damage('the file is empty');
  if (Buffer.from(start.subarray(0, 6)).toString('latin1') === MAGIC) {
    yield* fileMessages(bytes, await footer(), choice);
    await checkTail(bytes);
  } else {
    yield* streamMessages(bytes, start, choice);
    if ((await bytes.take(1)).length > 0) throw new Damage('it goes on after its end marker');
  }
}

async function* streamMessages(
  bytes: ByteTaker,
  start: Uint8Array,
  choice: ColumnChoice,
): AsyncGenerator<Uint8Array> {
  const schema = await nextMessage(bytes, start);
  if (schema === null) throw new Damage('no schema');
  if (schema.kind !== 'schema') throw new Damage('no Arrow: it does not begin with a schema');
  yield choice.schema(schemaOf(schema.metadata));
  for (;;) {
    const message = await nextMessage(bytes);
    if (message === null) return;
    refuseSchema(message);
    yield* choice.parts(message);
  }
}

async function* fileMessages(
  bytes: ByteTaker,
  footer: ArrowFooter | Damage,
  choice: ColumnChoice,
): AsyncGenerator<Uint8Array> {
  const prefix = await bytes.take(8);
  const start = continues(prefix) ? prefix : await skipTo(bytes, present(footer).firstBlock);
  let message = await nextMessage(bytes, start);
  if (message?.kind === 'schema') {
    yield choice.schema(schemaOf(message.metadata));
    message = await nextMessage(bytes);
  } else {
    yield choice.schema(present(footer).schema);
  }
  const inFooter = footer instanceof Damage ? null : footer.dictionaries;
  for (const dictionary of inFooter ?? []) yield* choice.parts(dictionary);
  while (message !== null) {
    refuseSchema(message);
    if (inFooter === null || message.kind !== 'dictionary') yield* choice.parts(message);
    message = await nextMessage(bytes);
  }
}

function present(footer: ArrowFooter | Damage): ArrowFooter {
  if (footer instanceof Damage) throw footer;
  return footer;
}

function refuseSchema({ kind }: CheckedMessage): void {
  if (kind === 'schema') throw new Damage('a second schema');
}

/** The prefix of the message at `firstBlock`, or where there is none that of an end. Throws Damage. */
async function skipTo(bytes: ByteTaker, firstBlock: number | null): Promise<Uint8Array> {
  if (firstBlock === null) return new Uint8Array(4);
  while (bytes.taken < firstBlock) {
    const skipped = await bytes.take(Math.min(firstBlock - bytes.taken, SKIP_BYTES));
    if (skipped.length === 0) break;
  }
  if (bytes.taken !== firstBlock) throw new Damage(`a footer with a batch at byte ${firstBlock}`);
  return bytes.take(8);
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
