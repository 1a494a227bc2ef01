/**
 * Options of a command, as a value: what `parseOptions` reads and `helpText` prints, and from which the type of the result
 * follows.
 */

interface OptionBase {
  /** One or two sentences, without a full stop at the end of the last. */
  readonly help: string;
  /** Heading under which `--help` lists it; default `Options`. */
  readonly group?: string;
  /** What stands for the value in `--help`; default by type (`TEXT`, `N`, `TIME`, the choices). */
  readonly placeholder?: string;
}

/** At most one of the two: an option without either is null where it is not given. */
type Presence<T> =
  | { readonly required?: never; readonly default?: never }
  | { readonly required: true; readonly default?: never }
  | { readonly required?: never; readonly default: T };

/** Any text, not empty. */
export type TextOption = OptionBase & Presence<string> & { readonly type: 'text' };

/** A decimal number; `_` may separate digits. */
export type NumberOption = OptionBase &
  Presence<number> & {
    readonly type: 'number';
    /** Inclusive. */
    readonly min?: number;
    /** Inclusive. */
    readonly max?: number;
    /** Whole numbers only. */
    readonly integer?: boolean;
  };

/** ISO 8601 or integer milliseconds since 1970; the value is in milliseconds. */
export type TimeOption = OptionBase & Presence<number> & { readonly type: 'time' };

/** One of a few words. */
export type ChoiceOption = OptionBase &
  Presence<string> & { readonly type: 'choice'; readonly choices: readonly string[] };

/** False unless given; takes no value. */
export type FlagOption = OptionBase & { readonly type: 'flag' };

/** Text that may be given many times; an empty list where it is not given. */
export type ListOption = OptionBase & { readonly type: 'list'; readonly required?: true };

export type OptionSpec =
  | TextOption
  | NumberOption
  | TimeOption
  | ChoiceOption
  | FlagOption
  | ListOption;

/** Options by their names as typed, without the dashes: `dry-run`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Arguments that are no options. */
export interface OperandSpec {
  readonly placeholder: string;
  readonly help: string;
  /** Fewest and most that may be given. */
  readonly min: number;
  readonly max: number;
}

export interface CommandExample {
  /** What the line does. */
  readonly what: string;
  readonly line: string;
}

export interface CommandSpec<O extends OptionSpecs = OptionSpecs> {
  /** As typed: `windrow-backfill`. */
  readonly name: string;
  /** One line that says what it does. */
  readonly about: string;
  readonly options: O;
  /** Default: none may be given. */
  readonly operands?: OperandSpec;
  readonly examples?: readonly CommandExample[];
  /** Paragraphs printed after the options: exit codes, URIs. */
  readonly notes?: readonly string[];
}

/** `dry-run` as a property: `dryRun`. */
export type PropertyName<K extends string> = K extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<PropertyName<Tail>>}`
  : K;

type Plain<S extends OptionSpec> = S extends { type: 'number' | 'time' }
  ? number
  : S extends { type: 'choice'; choices: readonly (infer Choice)[] }
    ? Choice
    : string;

/** Type of an option's value. */
export type OptionValue<S extends OptionSpec> = S extends { type: 'flag' }
  ? boolean
  : S extends { type: 'list' }
    ? readonly string[]
    : S extends { required: true } | { default: string | number }
      ? Plain<S>
      : Plain<S> | null;

/** Values of all options, by property name. */
export type OptionValues<O extends OptionSpecs> = {
  readonly [K in keyof O & string as PropertyName<K>]: OptionValue<O[K]>;
};

/** The property of an option: `dry-run` -> `dryRun`. */
export function propertyName(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
