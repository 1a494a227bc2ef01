/** The word that was probably meant. */

/** Of `words` the one nearest to `typed` by edits (a swap of neighbours is one), or null where none is near. */
export function nearest(typed: string, words: Iterable<string>): string | null {
  let best: string | null = null;
  // A third of the letters may be wrong; more is another word.
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const word of words) {
    const distance = edits(typed, word);
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best ?? firstThatStartsWith(typed, words);
}

function firstThatStartsWith(typed: string, words: Iterable<string>): string | null {
  if (typed.length < 3) return null;
  for (const word of words) if (word.startsWith(typed)) return word;
  return null;
}

/** Optimal string alignment distance. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1);
      }
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
