/** The options as a table in Markdown, for docs/STREAM.md. */
import type { OptionSpec, OptionSpecs } from '@windrow/cli';

export function optionTable(options: OptionSpecs): string {
  const rows = Object.entries(options).map(
    ([name, option]) =>
      `| \`${name}\` | ${kindOf(option)} | ${defaultOf(option)} | ${option.help} |`,
  );
  return ['| key, flag | value | default | |', '|---|---|---|---|', ...rows].join('\n');
}

function kindOf(option: OptionSpec): string {
  switch (option.type) {
    case 'number':
      return option.placeholder === undefined ? 'number' : option.placeholder.toLowerCase();
    case 'choice':
      return option.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'list':
      return `${(option.placeholder ?? 'text').toLowerCase()}, one or more`;
    case 'flag':
      return 'true, false';
    case 'text':
    case 'time':
      return (option.placeholder ?? option.type).toLowerCase();
  }
}

function defaultOf(option: OptionSpec): string {
  if (option.type === 'flag') return 'false';
  if (option.required === true) return '**required**';
  return 'default' in option && option.default !== undefined ? `\`${option.default}\`` : '';
}
