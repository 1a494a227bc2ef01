/** Flags, config file and defaults as one: a flag comes first, then the file. */
import { propertyName, type OptionSpec, type OptionSpecs, type OptionValues } from '@windrow/cli';
import { WindrowError } from '@windrow/core';
import { options } from '../options.ts';
import type { Config } from './read-config.ts';

/** What the job is told, by property name. */
export type Settings = OptionValues<typeof options>;

/** What a command line gives for an option that it does not name. */
type Given = Readonly<Record<string, unknown>>;

/**
 * The options as flags: none is required and none has a default, so that what is not given can be told apart from what is; `--help`
 * says both.
 */
export function flagsOf(specs: OptionSpecs): OptionSpecs {
  const entries = Object.entries(specs).map(([name, spec]): [string, OptionSpec] => {
    const {
      default: otherwise,
      required,
      ...rest
    } = { default: undefined, required: undefined, ...spec };
    const note =
      required === true ? ' (required)' : otherwise === undefined ? '' : ` (default ${otherwise})`;
    return [name, { ...rest, help: rest.help + note }];
  });
  return Object.fromEntries(entries);
}

/**
 * @param given values of the flags, null or empty where they are not given
 * @param file the config file's name, for messages; null where there is none
 * @throws WindrowError USAGE for what is required and missing
 */
export function settle(given: Given, config: Config, file: string | null): Settings {
  const values: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const [name, spec] of Object.entries<OptionSpec>(options)) {
    const value = valueOf(name, spec, given, config);
    if (value === undefined) {
      const where =
        file === null
          ? 'missing on the command line'
          : `neither on the command line nor in ${file}`;
      missing.push(`--${name}: it is ${where}: ${spec.help}`);
    }
    values[propertyName(name)] = value;
  }
  if (missing.length > 0) throw new WindrowError('USAGE', missing.join('\n'));
  // Every property was set from the spec that the type is computed from.
  return values as Settings;
}

/** undefined where it is required and missing. */
function valueOf(name: string, spec: OptionSpec, given: Given, config: Config): unknown {
  const flag = given[propertyName(name)];
  const isGiven = Array.isArray(flag) ? flag.length > 0 : flag !== null && flag !== false;
  if (isGiven && flag !== undefined) return flag;
  if (config[name] !== undefined) return config[name];
  if (spec.type === 'flag') return false;
  if (spec.required === true) return undefined;
  if (spec.type === 'list') return [];
  return spec.default ?? null;
}
