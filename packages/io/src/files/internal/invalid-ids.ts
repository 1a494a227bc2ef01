/**
 * What stood where a metric id was expected, as negative slots.
 *
 * Columns carry ids as slots; a field that holds no id gets a slot at or below `INVALID_SLOT`, which names the text that
 * was found. The texts kept are bounded; beyond that a field is only known to be no id.
 */
import { INVALID_SLOT } from '@windrow/core';

const TEXTS_MAX = 1024;
const TEXT_LENGTH_MAX = 80;

/** The slot of a null. */
export const NULL_ID_SLOT: number = INVALID_SLOT;

/** Texts that are no ids, by slot. */
export class InvalidIds {
  readonly #texts: string[] = ['null', 'text that is no UUID'];
  readonly #slots: Map<string, number> = new Map();

  /** The slot that stands for this text. */
  add(text: string): number {
    const short = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}...` : text;
    const known = this.#slots.get(short);
    if (known !== undefined) return known;
    if (this.#texts.length >= TEXTS_MAX) return INVALID_SLOT - 1;
    const slot = INVALID_SLOT - this.#texts.length;
    this.#texts.push(JSON.stringify(short));
    this.#slots.set(short, slot);
    return slot;
  }

  /** The same for bytes: their text where they are printable, else their hexadecimal digits. */
  addBytes(bytes: Uint8Array, isText: boolean): number {
    const head = Buffer.from(bytes.subarray(0, TEXT_LENGTH_MAX + 1));
    return this.add(isText ? head.toString('utf8') : `0x${head.toString('hex')}`);
  }

  /** What was found, for a message. */
  found(slot: number): string {
    return this.#texts[INVALID_SLOT - slot] ?? 'no UUID';
  }
}
