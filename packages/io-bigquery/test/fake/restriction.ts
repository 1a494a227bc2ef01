/** Evaluates the row restrictions that the source writes: comparisons and IN lists, joined by AND. */
import type { Cell, Row } from './tables.ts';

type Test = (row: Row) => boolean;

const COMPARISON = /^\s*`([^`]+)`\s*(>=|<|>|<=|=)\s*(.+?)\s*$/s;
const MEMBERSHIP = /^\s*`([^`]+)`\s+IN\s*\((.*)\)\s*$/s;

/** @throws Error for text that none of these is */
export function rowFilter(restriction: string): Test {
  const tests = splitAnd(restriction).map(termOf);
  return (row) => tests.every((test) => test(row));
}

/** Splits at each ` AND ` outside of parentheses and quotes. */
function splitAnd(text: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "'") isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (depth === 0 && text.startsWith(' AND ', at)) {
      terms.push(text.slice(start, at));
      start = at + 5;
    }
  }
  terms.push(text.slice(start));
  return terms.filter((term) => term.trim() !== '');
}

function termOf(term: string): Test {
  const inner = /^\s*\((.*)\)\s*$/s.exec(term)?.[1];
  if (inner !== undefined) return rowFilter(inner);
  const list = MEMBERSHIP.exec(term);
  if (list !== null) {
    const literals = (list[2]!.match(/b?'[^']*'/g) ?? []).map((literal) =>
      keyOf(literalOf(literal)),
    );
    const members = new Set(literals);
    return (row) => members.has(keyOf(row[list[1]!] ?? null));
  }
  const comparison = COMPARISON.exec(term);
  if (comparison === null) throw new Error(`no restriction that the fake knows: ${term}`);
  const [, name, operator, literal] = comparison;
  const bound = literalOf(literal!);
  return (row) => {
    const cell = row[name!] ?? null;
    if (cell === null || bound === null) return false;
    if (operator === '>=') return cell >= bound;
    if (operator === '<') return cell < bound;
    if (operator === '>') return cell > bound;
    return operator === '<=' ? cell <= bound : keyOf(cell) === keyOf(bound);
  };
}

function literalOf(text: string): Cell {
  const time = /^(?:TIMESTAMP|DATETIME) '(.*)'$/.exec(text)?.[1];
  if (time !== undefined) {
    return BigInt(Date.parse(`${time.replace(' ', 'T').replace('+00', '')}Z`)) * 1000n;
  }
  const bytes = /^b'((?:\\x[0-9a-f]{2})*)'$/.exec(text)?.[1];
  if (bytes !== undefined) return Buffer.from(bytes.replaceAll('\\x', ''), 'hex');
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1);
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw new Error(`no literal that the fake knows: ${text}`);
}

function keyOf(cell: Cell): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell);
}
