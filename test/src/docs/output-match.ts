/**
 * What a page says that a command prints, against what it prints.
 *
 * The lines of the page must all be printed, in that order; others may be printed between them. Runs of spaces count as one.
 * Times, rates and sizes differ from run to run: any number with such a unit equals any other. A line that is only `...`
 * stands for what was left out.
 */

const SPACES = /\s+/g;
const QUANTITY = /\d[\d,.]*\s?(?:(?:[kM])?\/s|ms|s|[KMG]?i?B)(?![\w/])/g;

/** The first line of the page that was not printed in its place, or null. */
export function missingLine(expected: string, printed: string): string | null {
  const lines = printed.split('\n').map(normal);
  let at = 0;
  for (const line of expected.split('\n')) {
    const wanted = normal(line);
    if (wanted === '' || wanted === '...') continue;
    const found = lines.indexOf(wanted, at);
    if (found < 0) return line;
    at = found + 1;
  }
  return null;
}

function normal(line: string): string {
  return line.replace(QUANTITY, '~').replace(SPACES, ' ').trim();
}
