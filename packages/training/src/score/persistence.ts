/**
 * The prediction of those who predict nothing new: the last target that was known when a window ended. Pure.
 */

export interface PersistenceColumns {
  /** Which line and definition; examples of different ones know nothing of each other. */
  readonly definitions: Int32Array;
  readonly endsMs: Float64Array;
  /** When each example's target was known. */
  readonly knownMs: Float64Array;
  readonly targets: Float64Array;
}

/** By row, the target known last at the window's end, that of the latest window among those known; NaN where there is none yet. */
export function persistence(columns: PersistenceColumns): Float64Array {
  const { definitions, endsMs, knownMs, targets } = columns;
  const predictions = new Float64Array(targets.length).fill(Number.NaN);
  const all = Array.from(targets, (_, i) => i);
  const byEnd = all.toSorted((a, b) => endsMs[a]! - endsMs[b]! || a - b);
  const byKnown = all
    .filter((i) => Number.isFinite(targets[i]))
    .toSorted((a, b) => knownMs[a]! - knownMs[b]! || endsMs[a]! - endsMs[b]! || a - b);
  // By definition: the example of the latest window whose target is known.
  const latest = new Map<number, number>();
  let next = 0;
  for (const i of byEnd) {
    for (; next < byKnown.length && knownMs[byKnown[next]!]! <= endsMs[i]!; next++) {
      const other = byKnown[next]!;
      const before = latest.get(definitions[other]!);
      if (before === undefined || endsMs[other]! >= endsMs[before]!) {
        latest.set(definitions[other]!, other);
      }
    }
    const known = latest.get(definitions[i]!);
    if (known !== undefined) predictions[i] = targets[known]!;
  }
  return predictions;
}
