/** Numbers as CSV fields hold them. */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_A_NUMBER = /^(?:|nan|null|none|na|\\n)$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/**
 * The value of a field: a number; NaN for an empty field and for the words that programs write for a missing number; an
 * infinity for the words for one. Undefined for any other text.
 */
export function valueOfField(field: string): number | undefined {
  if (NUMBER.test(field)) return Number(field);
  const text = field.trim();
  if (NOT_A_NUMBER.test(text)) return Number.NaN;
  const sign = INFINITE.exec(text)?.[1];
  if (sign !== undefined) return sign === '-' ? -Infinity : Infinity;
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** The integer in a field, undefined for any other text (`12.5`, `yesterday`); `1.5e12` and `12.0` are integers. */
export function integerOfField(field: string): number | undefined {
  const text = field.trim();
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  // + 0 makes -0 a plain zero.
  return Number.isInteger(number) ? number + 0 : undefined;
}
