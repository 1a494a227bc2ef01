/**
 * Slots of ids whose text was seen lately: a text that comes again costs nine words compared, not 36 digits parsed.
 *
 * A text has a pair of places, by a hash of its words; who comes new takes the first, and who was there the second. Only ids
 * that have a slot are kept, so that one which a dictionary admits later is not missed.
 */
import { METRIC_ID_TEXT_LENGTH } from '@windrow/core';

/** 32-bit words of a text. */
const WORDS = METRIC_ID_TEXT_LENGTH / 4;
const PLACES = 4096;

export class TextIdCache {
  readonly #texts: Int32Array = new Int32Array(PLACES * WORDS);
  /** -1: nothing there. */
  readonly #slots: Int32Array = new Int32Array(PLACES).fill(-1);

  /** The slot of the text at `words[at .. at + 9)`, or -1 where it is not kept. */
  find(words: Int32Array, at: number): number {
    const place = placeOf(words, at);
    if (isSame(this.#texts, place * WORDS, words, at)) return this.#slots[place]!;
    return isSame(this.#texts, (place + 1) * WORDS, words, at) ? this.#slots[place + 1]! : -1;
  }

  /** Keeps a text whose slot is at least 0. */
  keep(words: Int32Array, at: number, slot: number): void {
    const place = placeOf(words, at);
    const texts = this.#texts;
    const slots = this.#slots;
    for (let word = place * WORDS; word < (place + 1) * WORDS; word++) {
      texts[word + WORDS] = texts[word]!;
      texts[word] = words[at + word - place * WORDS]!;
    }
    slots[place + 1] = slots[place]!;
    slots[place] = slot;
  }
}

function isSame(texts: Int32Array, kept: number, words: Int32Array, at: number): boolean {
  return (
    texts[kept] === words[at] &&
    texts[kept + 1] === words[at + 1] &&
    texts[kept + 2] === words[at + 2] &&
    texts[kept + 3] === words[at + 3] &&
    texts[kept + 4] === words[at + 4] &&
    texts[kept + 5] === words[at + 5] &&
    texts[kept + 6] === words[at + 6] &&
    texts[kept + 7] === words[at + 7] &&
    texts[kept + 8] === words[at + 8]
  );
}

/**
 * The first of its pair. Ids differ in few digits, at the start or at the end mostly: those words are multiplied, each by an odd
 * number of its own, and the others mixed in.
 */
function placeOf(words: Int32Array, at: number): number {
  const middle =
    (words[at + 2]! ^ (words[at + 3]! << 7)) + (words[at + 5]! ^ (words[at + 6]! << 9));
  const h =
    Math.imul(words[at]! ^ middle, 0x9e3779b1) +
    Math.imul(words[at + 1]! ^ words[at + 4]!, 0x85ebca6b) +
    Math.imul(words[at + 7]!, 0x846ca68b) +
    Math.imul(words[at + 8]!, 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 9) & (PLACES - 2);
}
