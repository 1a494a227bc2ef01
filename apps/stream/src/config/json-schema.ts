/** The JSON Schema of the config file, for editors and pipelines: made of the options. */
import type { NumberOption, OptionSpec, OptionSpecs } from '@windrow/cli';

/** A number may come from the environment, as text. */
const REFERENCE = { type: 'string', pattern: '\\$\\{[A-Za-z_]' } as const;

export function configSchema(options: OptionSpecs): object {
  const properties = Object.entries(options).map(([name, option]) => [
    name,
    propertySchema(option),
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'windrow-stream config',
    description:
      'Config file of windrow-stream (YAML or JSON). ${NAME} and ${NAME:-default} are environment variables; flags come before the file.',
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(properties) },
  };
}

function propertySchema(option: OptionSpec): object {
  const required = option.type !== 'flag' && option.required === true;
  const description = `${option.help}${required ? ' (required, here or as a flag)' : ''}`;
  const otherwise =
    'default' in option && option.default !== undefined ? { default: option.default } : {};
  return { description, ...otherwise, ...typeSchema(option) };
}

function typeSchema(option: OptionSpec): object {
  switch (option.type) {
    case 'text':
      return { type: ['string', 'integer'], minLength: 1 };
    case 'list':
      return {
        anyOf: [
          { type: 'string', minLength: 1 },
          { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
        ],
      };
    case 'number':
      return { anyOf: [numberSchema(option), REFERENCE] };
    case 'choice':
      return { anyOf: [{ enum: option.choices }, REFERENCE] };
    case 'flag':
      return { type: 'boolean' };
    case 'time':
      return { type: 'string' };
  }
}

function numberSchema({ min, max, integer = false }: NumberOption): object {
  return {
    type: integer ? 'integer' : 'number',
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
}
