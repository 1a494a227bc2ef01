/** Reads the options of a URI one by one, and refuses those that nobody asked for. */
import { WindrowError, found } from '@windrow/core';
import type { PubSubUri } from '../pubsub-uri.ts';

/** Bounds of a number, inclusive. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

/** Whole numbers in a range. */
export function whole(least: number, most: number): NumberRange {
  return { least, most, isWhole: true };
}

export class UriOptions {
  readonly #uri: PubSubUri;
  readonly #known: string[] = [];

  constructor(uri: PubSubUri) {
    this.#uri = uri;
  }

  /** The text of an option, or null. */
  text(name: string): string | null {
    this.#known.push(name);
    const values = this.#uri.options.getAll(name);
    if (values.length > 1) this.fail(name, values.join(', '), 'it once');
    return values[0] ?? null;
  }

  number(name: string, fallback: number, { least, most, isWhole }: NumberRange): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most) || (isWhole && !Number.isInteger(value))) {
      const kind = isWhole ? 'a whole number' : 'a number';
      this.fail(name, text, `${kind} between ${least} and ${most}`);
    }
    return value;
  }

  choice<Choice extends string>(
    name: string,
    fallback: Choice,
    choices: readonly Choice[],
  ): Choice {
    const text = this.text(name);
    if (text === null) return fallback;
    const choice = choices.find((known) => known === text);
    return choice ?? this.fail(name, text, `one of ${choices.join(', ')}`);
  }

  /** @throws WindrowError USAGE, naming the option */
  fail(name: string, value: string, expected: string): never {
    throw new WindrowError(
      'USAGE',
      `${this.#uri.uri}: ${name}: found ${found(value)}, expected ${expected}`,
    );
  }

  /** @throws WindrowError USAGE for an option that was not read */
  end(): void {
    for (const name of this.#uri.options.keys()) {
      if (this.#known.includes(name)) continue;
      throw new WindrowError(
        'USAGE',
        `${this.#uri.uri}: found the option ${found(name)}, expected only ${this.#known.join(', ')}`,
      );
    }
  }
}
