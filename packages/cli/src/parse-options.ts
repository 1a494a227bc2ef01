/**
 * The command line as typed values.
 *
 * Nothing is guessed: an unknown option, an option given twice, a value where none is taken and a missing value are errors,
 * each in a line of its own, all at once.
 */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { WindrowError, found, messageOf, parseTime } from '@windrow/core';
import { nearest } from './internal/nearest.ts';
import {
  propertyName,
  type CommandSpec,
  type NumberOption,
  type OptionSpec,
  type OptionSpecs,
  type OptionValues,
} from './option-spec.ts';

/** What the command line asks for: to run, or to be told something. */
export type ParsedOptions<O extends OptionSpecs> =
  | {
      readonly kind: 'run';
      readonly options: OptionValues<O>;
      readonly operands: readonly string[];
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

type Value = string | number | boolean | readonly string[] | null;

/**
 * Reads `argv` (without the command's name) as `spec` says. `--help`, `-h` and `--version` win over everything else.
 * @throws WindrowError USAGE with every fault found, a line each
 */
export function parseOptions<const O extends OptionSpecs>(
  spec: CommandSpec<O>,
  argv: readonly string[],
): ParsedOptions<O> {
  const { given, operands, faults, asked } = readTokens(spec, argv);
  if (asked !== null) return { kind: asked };
  const values: Record<string, Value> = {};
  for (const [name, option] of Object.entries<OptionSpec>(spec.options)) {
    try {
      values[propertyName(name)] = valueOf(name, option, given.get(name) ?? []);
    } catch (error) {
      faults.push(messageOf(error));
    }
  }
  faults.push(...operandFaults(spec, operands));
  if (faults.length > 0) {
    throw new WindrowError('USAGE', `${faults.join('\n')}\nsee ${spec.name} --help`);
  }
  // Every property was set from the spec that the type is computed from.
  return { kind: 'run', options: values as OptionValues<O>, operands };
}

interface ReadTokens {
  /** The texts given for each option; a flag's is empty. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  readonly faults: string[];
  readonly asked: 'help' | 'version' | null;
}

function readTokens(spec: CommandSpec, argv: readonly string[]): ReadTokens {
  const config: ParseArgsOptionsConfig = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  };
  for (const [name, option] of Object.entries(spec.options)) {
    config[name] = { type: option.type === 'flag' ? 'boolean' : 'string' };
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  const faults: string[] = [];
  let afterUnknown = false;
  for (const token of tokens) {
    // What follows an unknown option is most likely its value, and no fault of its own.
    if (token.kind === 'positional' && !afterUnknown) operands.push(token.value);
    afterUnknown = false;
    if (token.kind !== 'option') continue;
    if (token.name === 'help' || token.name === 'version') {
      return { given, operands, faults, asked: token.name };
    }
    const option = Object.hasOwn(spec.options, token.name) ? spec.options[token.name] : undefined;
    if (option === undefined) {
      const near = nearest(token.name, [...Object.keys(spec.options), 'help', 'version']);
      const hint = near === null ? '' : `; did you mean --${near}?`;
      faults.push(`unknown option ${token.rawName}${hint}`);
      afterUnknown = token.inlineValue !== true;
      continue;
    }
    const fault = tokenFault(option, token.rawName, token.value, token.inlineValue === true);
    if (fault !== null) faults.push(fault);
    const texts = given.get(token.name) ?? [];
    texts.push(token.value ?? '');
    given.set(token.name, texts);
    if (texts.length === 2 && option.type !== 'list') {
      faults.push(`${token.rawName}: found it twice, expected it once`);
    }
  }
  return { given, operands, faults, asked: null };
}

/** What is wrong with how an option stands on the command line, or null. */
function tokenFault(
  option: OptionSpec,
  rawName: string,
  value: string | undefined,
  inline: boolean,
): string | null {
  if (option.type === 'flag') {
    return value === undefined ? null : `${rawName}: found ${found(value)}, expected no value`;
  }
  if (value === undefined || value === '') return `${rawName}: found nothing, expected a value`;
  // `--source --strict` is a forgotten value; `--start -86400000` is a time, and `-` is standard input or output.
  if (!inline && /^-[^\d.]/.test(value)) {
    return `${rawName}: found ${found(value)}, expected a value (write ${rawName}=${value} if that is it)`;
  }
  return null;
}

function valueOf(name: string, option: OptionSpec, texts: readonly string[]): Value {
  if (option.type === 'flag') return texts.length > 0;
  const text = texts[0];
  if (text === undefined && option.required === true) {
    throw new WindrowError('USAGE', `--${name}: it is missing: ${option.help}`);
  }
  if (option.type === 'list') return texts;
  if (text === undefined) return option.default ?? null;
  switch (option.type) {
    case 'text':
      return text;
    case 'time':
      return text === '' ? null : parseTime(text, `--${name}`);
    case 'number':
      return text === '' ? null : parseNumber(name, option, text);
    case 'choice': {
      if (text === '' || option.choices.includes(text)) return text;
      const near = nearest(text, option.choices);
      const hint = near === null ? '' : `; did you mean ${near}?`;
      const choices = option.choices.join(', ');
      throw new WindrowError(
        'USAGE',
        `--${name}: found ${found(text)}, expected one of ${choices}${hint}`,
      );
    }
  }
}

const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*)?(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function parseNumber(name: string, option: NumberOption, text: string): number {
  const trimmed = text.trim();
  const value =
    DECIMAL.test(trimmed) && /\d/.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : Number.NaN;
  const { min = -Infinity, max = Infinity, integer = false } = option;
  if (
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    (!integer || Number.isSafeInteger(value))
  ) {
    return value;
  }
  throw new WindrowError(
    'USAGE',
    `--${name}: found ${found(text)}, expected ${numberRule(option)}`,
  );
}

/** `a whole number from 1 to 64`. */
function numberRule({ min, max, integer = false }: NumberOption): string {
  const kind = integer ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (min !== undefined) return `${kind}, at least ${min}`;
  return max === undefined ? kind : `${kind}, at most ${max}`;
}

function operandFaults(spec: CommandSpec, operands: readonly string[]): string[] {
  const { min, max, placeholder } = spec.operands ?? { min: 0, max: 0, placeholder: '' };
  if (operands.length < min) {
    const few = operands.length === 0 ? 'nothing' : `only ${operands.map(found).join(' ')}`;
    return [`found ${few}, expected ${placeholder}`];
  }
  return operands
    .slice(max)
    .map(
      (text) => `found ${found(text)}, expected an option (${spec.name} takes ${operandRule(max)})`,
    );
}

function operandRule(max: number): string {
  return max === 0 ? 'nothing else' : `at most ${max} other argument${max === 1 ? '' : 's'}`;
}
