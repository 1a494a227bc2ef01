/** Columns that a file has more than once. Of those that nobody asks for it may have any number. */

/** What is wrong, for a message; null where each column that is asked for is there at most once. */
export function doubledColumn(names: Iterable<string>, asked: Iterable<string>): string | null {
  const counts = new Map<string, number>();
  for (const name of asked) counts.set(name, 0);
  for (const name of names) {
    const count = counts.get(name);
    if (count !== undefined) counts.set(name, count + 1);
  }
  for (const [name, count] of counts) {
    if (count > 1) {
      return `column ${name}: found it ${count === 2 ? 'twice' : `${count} times`}, expected it once`;
    }
  }
  return null;
}
