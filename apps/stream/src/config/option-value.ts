/** A value of the config file, checked by the option of its name. */
import type { NumberOption, OptionSpec } from '@windrow/cli';
import { WindrowError, found } from '@windrow/core';

export type ConfigValue = string | number | boolean | readonly string[];

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * @param value as the parser gave it, environment variables filled in
 * @param isFilled whether an environment variable is in it: then text may stand for a number
 * @throws WindrowError USAGE naming `where`, what was found and what is expected
 */
export function checkValue(
  option: OptionSpec,
  value: unknown,
  isFilled: boolean,
  where: string,
): ConfigValue {
  const wrong = (expected: string): WindrowError =>
    new WindrowError('USAGE', `${where}: found ${found(value)}, expected ${expected}`);
  switch (option.type) {
    case 'text':
      if (typeof value === 'string' && value !== '') return value;
      // In YAML a port, or a folder named by its year, is a number.
      if (Number.isSafeInteger(value)) return String(value);
      throw wrong('text');
    case 'list': {
      const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (texts.length > 0 && texts.every(isText)) return texts;
      throw wrong('a list of texts, or one');
    }
    case 'number': {
      const number =
        isFilled && typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
      if (typeof number === 'number' && isWithin(option, number)) return number;
      throw wrong(numberRule(option));
    }
    case 'choice':
      if (typeof value === 'string' && option.choices.includes(value)) return value;
      throw wrong(`one of ${option.choices.join(', ')}`);
    case 'flag':
      if (typeof value === 'boolean') return value;
      throw wrong('true or false');
    case 'time':
      throw new Error('no option of windrow-stream is a time');
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isWithin(option: NumberOption, value: number): boolean {
  const { min = -Infinity, max = Infinity, integer = false } = option;
  return value >= min && value <= max && (!integer || Number.isSafeInteger(value));
}

/** `a whole number from 0 to 256`. */
function numberRule({ min, max, integer = false }: NumberOption): string {
  const kind = integer ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  return min === undefined ? kind : `${kind}, at least ${min}`;
}
