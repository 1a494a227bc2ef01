/** Dead letters as messages: JSON, one a message, with the heading as an attribute. */
import type { DeadLetter } from '@windrow/core';
import { NdjsonEncoder } from '../files/encode/ndjson-encoder.ts';
import { deadLetterTable } from '../tables/dead-letter-table.ts';
import { jsonLines } from './internal/json-lines.ts';
import { FORM_ATTRIBUTE, TYPE_ATTRIBUTE, type Message } from './message.ts';
import { TYPE_OF_FORM } from './message-form.ts';

/** Names the kind of message, so that a reader of samples that meets one tells it apart. */
const DEAD_LETTER_FORM = 'dead-letter';

export function deadLetterMessages(letters: readonly DeadLetter[]): Message[] {
  const bodies = jsonLines(new NdjsonEncoder(deadLetterTable).encode(letters));
  return letters.map(({ heading }, index) => ({
    bytes: bodies[index]!,
    attributes: {
      [FORM_ATTRIBUTE]: DEAD_LETTER_FORM,
      [TYPE_ATTRIBUTE]: TYPE_OF_FORM.json,
      heading,
    },
  }));
}
