/** URIs of live sources and sinks: `scheme:PATH?name=value&...`, with every option known by name. */
import { WindrowError, found } from '@windrow/core';
import { parseUri } from '../uri.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 1 << 10,
  MiB: 1 << 20,
  GiB: 1 << 30,
};

export interface Bounds {
  /** Inclusive. */
  readonly min: number;
  /** Inclusive. */
  readonly max: number;
}

/** A URI whose options are taken one by one; what is left over is an error. */
export class LiveUri {
  readonly uri: string;
  readonly scheme: string;
  readonly path: string;
  readonly #options: URLSearchParams;
  readonly #known: string[] = [];

  /** A `?` belongs to the path (a glob's, say) unless a name and `=` follow. */
  constructor(uri: string) {
    const { scheme, rest } = parseUri(uri);
    const at = /\?[a-z_]+=/.exec(rest)?.index ?? rest.length;
    this.uri = uri;
    this.scheme = scheme;
    this.path = rest.slice(0, at);
    this.#options = new URLSearchParams(rest.slice(at + 1));
  }

  /** The text of an option, null where it is not given. @throws WindrowError USAGE where it is given twice */
  text(name: string): string | null {
    this.#known.push(name);
    const [value = null, ...more] = this.#options.getAll(name);
    if (more.length > 0) throw this.#wrong(name, `${more.length + 1} values`, 'one');
    return value;
  }

  /** One of a few words. @throws WindrowError USAGE for another */
  choice<const T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const text = this.text(name);
    if (text === null) return otherwise;
    const choice = choices.find((each) => each === text);
    if (choice === undefined) throw this.#wrong(name, found(text), `one of ${choices.join(', ')}`);
    return choice;
  }

  /** `90s`, `1h`, `500ms`, in ms. @throws WindrowError USAGE for anything else, or beyond the bounds */
  durationMs(name: string, otherwise: number, bounds: Bounds): number {
    return this.#scaled(name, otherwise, bounds, UNIT_MS, 'a duration such as 500ms, 30s, 5m, 1h');
  }

  /** `64MiB`, `1000000`. @throws WindrowError USAGE for anything else, or beyond the bounds */
  sizeBytes(name: string, otherwise: number, bounds: Bounds): number {
    return this.#scaled(name, otherwise, bounds, UNIT_BYTES, 'a size such as 512KiB or 64MiB');
  }

  /** A whole number. @throws WindrowError USAGE for anything else, or beyond the bounds */
  count(name: string, otherwise: number, bounds: Bounds): number {
    return this.#scaled(name, otherwise, bounds, { '': 1 }, 'a whole number');
  }

  /** To be called when every option was taken. @throws WindrowError USAGE for an option that nobody took */
  finish(): void {
    for (const name of this.#options.keys()) {
      if (this.#known.includes(name)) continue;
      const known = this.#known.length === 0 ? 'no option' : `one of ${this.#known.join(', ')}`;
      throw new WindrowError(
        'USAGE',
        `${this.uri}: found the option ${found(name)}, expected ${known}`,
      );
    }
  }

  #scaled(
    name: string,
    otherwise: number,
    { min, max }: Bounds,
    units: Readonly<Record<string, number>>,
    what: string,
  ): number {
    const text = this.text(name);
    if (text === null) return otherwise;
    const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
    const scale = Object.hasOwn(units, unit) ? units[unit]! : Number.NaN;
    const value = digits === '' ? Number.NaN : Number(digits) * scale;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw this.#wrong(
      name,
      found(text),
      `${what}, from ${scaledText(min, units)} to ${scaledText(max, units)}`,
    );
  }

  #wrong(name: string, what: string, expected: string): WindrowError {
    return new WindrowError('USAGE', `${this.uri}: ${name}: found ${what}, expected ${expected}`);
  }
}

/** In the largest unit that makes it a whole number: `31d`, `1KiB`. */
function scaledText(value: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([, scale]) => value !== 0 && value % scale === 0);
  const [unit, scale] = fitting.at(-1) ?? ['', 1];
  return `${value / scale}${unit}`;
}
