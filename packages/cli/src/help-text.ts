/** What `--help` prints. */
import { wrap } from './internal/wrap.ts';
import type { CommandSpec, OptionSpec } from './option-spec.ts';

const WIDTH_MIN = 60;
const WIDTH_MAX = 100;
const LABEL_MAX = 30;
const DEFAULT_GROUP = 'Options';

interface Row {
  readonly label: string;
  readonly text: string;
}

/**
 * The whole text, ending in a newline.
 * @param columns width of the terminal; null: 80. Lines take 60 to 100 characters of it.
 */
export function helpText(spec: CommandSpec, columns: number | null): string {
  const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, (columns ?? 80) - 1));
  const groups = groupRows(spec);
  const longest = Math.max(...[...groups.values()].flat().map((row) => row.label.length));
  const labelWidth = Math.min(LABEL_MAX, longest);
  const lines = [...wrap(`${spec.name}: ${spec.about}`, width), '', ...usage(spec, width)];
  for (const [title, rows] of groups) {
    lines.push('', `${title}:`);
    for (const row of rows) lines.push(...rowLines(row, labelWidth, width));
  }
  for (const paragraph of spec.notes ?? []) lines.push('', ...wrap(paragraph, width));
  const examples = spec.examples ?? [];
  if (examples.length > 0) lines.push('', 'Examples:');
  for (const { what, line } of examples) {
    lines.push(...wrap(`# ${what}`, width - 2).map((text) => `  ${text}`), `  ${line}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Required options and operands by name, the rest as `[options]`, continued below the first one. */
function usage(spec: CommandSpec, width: number): string[] {
  const words = Object.entries(spec.options)
    .filter(([, option]) => option.type !== 'flag' && option.required === true)
    .map(([name, option]) => label(name, option));
  words.push('[options]');
  const { operands } = spec;
  if (operands !== undefined) {
    const { placeholder, min, max } = operands;
    const name = max > placeholder.split(' ').length ? `${placeholder}...` : placeholder;
    words.push(min === 0 ? `[${name}]` : name);
  }
  const start = `Usage: ${spec.name} `;
  const lines = [start.trimEnd()];
  for (const word of words) {
    const last = lines.at(-1)!;
    if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${' '.repeat(start.length)}${word}`);
  }
  return lines;
}

function groupRows(spec: CommandSpec): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  const into = (title: string, row: Row): void => {
    const rows = groups.get(title);
    if (rows === undefined) groups.set(title, [row]);
    else rows.push(row);
  };
  if (spec.operands !== undefined) {
    into('Arguments', { label: spec.operands.placeholder, text: spec.operands.help });
  }
  for (const [name, option] of Object.entries(spec.options)) {
    into(option.group ?? DEFAULT_GROUP, {
      label: label(name, option),
      text: option.help + note(option),
    });
  }
  into('Help', { label: '-h, --help', text: 'print this' });
  into('Help', { label: '--version', text: 'print the version' });
  return groups;
}

/** `--start TIME`. */
function label(name: string, option: OptionSpec): string {
  const value = option.placeholder ?? defaultPlaceholder(option);
  return value === '' ? `--${name}` : `--${name} ${value}`;
}

function defaultPlaceholder(option: OptionSpec): string {
  switch (option.type) {
    case 'flag':
      return '';
    case 'number':
      return 'N';
    case 'time':
      return 'TIME';
    case 'choice':
      return option.choices.join('|');
    case 'text':
    case 'list':
      return 'TEXT';
  }
}

/** ` (required)`, ` (default 4)`, ` (may be given many times)`. */
function note(option: OptionSpec): string {
  const notes: string[] = [];
  if (option.type !== 'flag') {
    if (option.required === true) notes.push('required');
    if (option.type === 'list') notes.push('may be given many times');
    else if (option.default !== undefined) notes.push(`default ${option.default}`);
  }
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

/** Label at the left, text in a column beside it; a label that is too long has a line of its own. */
function rowLines(row: Row, labelWidth: number, width: number): string[] {
  const indent = labelWidth + 4;
  const texts = wrap(row.text, width - indent);
  const fits = row.label.length <= labelWidth;
  const first = fits
    ? `  ${row.label.padEnd(labelWidth)}  ${texts.shift() ?? ''}`
    : `  ${row.label}`;
  return [first, ...texts.map((text) => ' '.repeat(indent) + text)];
}
