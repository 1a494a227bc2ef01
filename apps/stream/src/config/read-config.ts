/** The config file: YAML or JSON, one key for each option. */
import { readFile } from 'node:fs/promises';
import { WindrowError, found, messageOf } from '@windrow/core';
import { parseDocument } from 'yaml';
import { options } from '../options.ts';
import { fillEnvironment } from './fill-environment.ts';
import { checkValue, type ConfigValue } from './option-value.ts';

/** By the names of options. */
export type Config = Readonly<Record<string, ConfigValue>>;

/**
 * @throws WindrowError USAGE with a line for every fault: the file, the key, what was found and what is expected
 */
export async function readConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Config> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new WindrowError(
      'USAGE',
      `${file}: the config file cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  return parseConfig(text, file, env);
}

/** The same for a text; `file` is named in messages. */
export function parseConfig(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const entries = Object.entries(parseObject(text, file));
  const config: Record<string, ConfigValue> = {};
  const faults: string[] = [];
  for (const [key, value] of entries) {
    // Editors find the schema by it.
    if (key === '$schema' || value === null) continue;
    const where = `${file}: ${key}`;
    try {
      const option = Object.entries(options).find(([name]) => name === key)?.[1];
      if (option === undefined) {
        throw new WindrowError(
          'USAGE',
          `${where}: found a key that is not known, expected ${nearKey(key)}`,
        );
      }
      const filled = fillValue(value, env, where);
      config[key] = checkValue(option, filled.value, filled.isFilled, where);
    } catch (error) {
      faults.push(messageOf(error));
    }
  }
  if (faults.length > 0) throw new WindrowError('USAGE', faults.join('\n'));
  return config;
}

function parseObject(text: string, file: string): object {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) {
    const [what = ''] = fault.message.split('\n');
    // YAML takes it for a key without a value.
    const hint = /:\s*(?:log|stdin):\s*$/m.test(text)
      ? "; write 'log:' and 'stdin:' in quotes"
      : '';
    throw new WindrowError(
      'USAGE',
      `${file}: found no complete YAML or JSON: ${what.replace(/:$/, '')}${hint}`,
      { cause: fault },
    );
  }
  // A file of comments alone has no keys.
  const value: unknown = document.toJS() ?? {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new WindrowError('USAGE', `${file}: found ${found(value)}, expected keys and their values`);
}

function fillValue(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  where: string,
): { readonly value: unknown; readonly isFilled: boolean } {
  if (typeof value === 'string') {
    const { text, isFilled } = fillEnvironment(value, env, where);
    return { value: text, isFilled };
  }
  if (!Array.isArray(value)) return { value, isFilled: false };
  const filled = value.map((one) => fillValue(one, env, where).value);
  return { value: filled, isFilled: true };
}

/** What was perhaps meant: the key that has the most letters in common. */
function nearKey(key: string): string {
  const plain = key.toLowerCase().replaceAll('_', '-');
  const near = Object.keys(options).find(
    (name) => name === plain || name.startsWith(plain) || plain.startsWith(name),
  );
  return near === undefined ? `one of ${Object.keys(options).join(', ')}` : `perhaps ${near}`;
}
