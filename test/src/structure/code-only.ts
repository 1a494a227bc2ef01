/**
 * Source text without its comments and the contents of its strings: what is left is code, at the same lines and columns.
 *
 * Not a parser: a slash opens a regular expression where an operand is expected, by the character before it. That is right
 * for formatted code.
 */

/** The text with every comment, string and regular expression blanked; the code inside `${}` stays. */
export function codeOnly(text: string): string {
  const out: string[] = [];
  /** Depth of braces at which each open template expression ends. */
  const templates: number[] = [];
  let depth = 0;
  let last = '';
  let at = 0;
  const blankTo = (end: number): void => {
    out.push(text.slice(at, end).replaceAll(/[^\n]/g, ' '));
    at = end;
  };
  while (at < text.length) {
    const character = text[at]!;
    const two = text.slice(at, at + 2);
    if (two === '//') blankTo(endOfLine(text, at));
    else if (two === '/*') blankTo(after(text, '*/', at + 2));
    else if (character === "'" || character === '"') {
      blankTo(endOfString(text, at, character));
      last = character;
    } else if (character === '`' || (character === '}' && templates.at(-1) === depth)) {
      if (character === '}') templates.pop();
      const end = endOfTemplate(text, at + 1);
      blankTo(end);
      if (text[end - 1] === '{') templates.push(depth);
      last = text[end - 1] === '{' ? '(' : '`';
    } else if (character === '/' && /^$|[(,=:[!&|?{};+]/.test(last)) {
      blankTo(endOfPattern(text, at));
      last = '/';
    } else {
      if (character === '{') depth++;
      if (character === '}') depth--;
      if (character.trim() !== '') last = character;
      out.push(character);
      at++;
    }
  }
  return out.join('');
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function after(text: string, what: string, from: number): number {
  const start = text.indexOf(what, from);
  return start < 0 ? text.length : start + what.length;
}

function endOfString(text: string, from: number, quote: string): number {
  let at = from + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The end of a template, or of the part of it that ends with an expression's `${`. */
function endOfTemplate(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (text[at] === '`') return at + 1;
    if (text.startsWith('${', at)) return at + 2;
    at += text[at] === '\\' ? 2 : 1;
  }
  return at;
}

function endOfPattern(text: string, from: number): number {
  let at = from + 1;
  let inClass = false;
  while (at < text.length && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true;
    if (text[at] === ']') inClass = false;
    at += text[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}
