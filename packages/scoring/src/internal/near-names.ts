/** Names that someone may have meant: for messages about what is not there. */

const NAMES_SHOWN = 5;

/** `a, b, c`: the names most like `wanted` first, at most five; `none` where there are none. */
export function listNear(wanted: string, names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names
    .map((name) => ({ name, score: likeness(wanted.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, NAMES_SHOWN)
    .map(({ name }) => name);
  const rest = names.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Letters that are equal from the front and from the back, less the difference in length. */
function likeness(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let front = 0;
  while (front < length && a[front] === b[front]) front++;
  let back = 0;
  while (back < length - front && a.at(-1 - back) === b.at(-1 - back)) back++;
  return front + back - Math.abs(a.length - b.length) / 2;
}
