/** What of a split was handed over, so that a second reading of the same rows in the same order goes on after it. */
import type { DeadLetter, SampleBatch } from '@windrow/core';

export class Delivered {
  #samples = 0;
  #letters = 0;
  /** Still to be passed over in this reading. */
  #samplesToSkip = 0;
  #lettersToSkip = 0;

  /** Whether anything was. */
  get isNothing(): boolean {
    return this.#samples === 0 && this.#letters === 0;
  }

  /** A reading begins at the first row. */
  again(): void {
    this.#samplesToSkip = this.#samples;
    this.#lettersToSkip = this.#letters;
  }

  /** Hands on what is new of a batch. */
  *samples(batch: SampleBatch): Generator<SampleBatch> {
    const skip = Math.min(batch.length, this.#samplesToSkip);
    this.#samplesToSkip -= skip;
    if (skip === batch.length) return;
    this.#samples += batch.length - skip;
    yield skip === 0 ? batch : after(batch, skip);
  }

  /** Hands on a letter that is new. */
  letter(letter: DeadLetter, reject: (letter: DeadLetter) => void): void {
    if (this.#lettersToSkip > 0) {
      this.#lettersToSkip--;
      return;
    }
    this.#letters++;
    reject(letter);
  }
}

function after(batch: SampleBatch, skip: number): SampleBatch {
  return {
    dictionary: batch.dictionary,
    length: batch.length - skip,
    slots: batch.slots.subarray(skip),
    timestampsMs: batch.timestampsMs.subarray(skip),
    values: batch.values.subarray(skip),
    ...(batch.arrivalsMs === undefined ? {} : { arrivalsMs: batch.arrivalsMs.subarray(skip) }),
  };
}
