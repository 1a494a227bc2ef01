/**
 * Of several labels with the same line, time and target the one known last holds; with `asOfMs`, the one known last at that
 * time. Pure, and independent of the order of the rows.
 */
import type { Label, LabelCounts, LabelTable } from './label.ts';

export interface SettledLabels {
  /** In ascending order of line, time and target. */
  readonly labels: readonly Label[];
  readonly counts: LabelCounts;
}

/** @param asOfMs labels known after it are left out (one known at that very time is in); null: all are known */
export function settleLabels(table: LabelTable, asOfMs: number | null): SettledLabels {
  const latest = new Map<string, Label>();
  let notYetKnown = 0;
  let duplicate = 0;
  let corrected = 0;
  for (const label of table.labels) {
    if (asOfMs !== null && label.knownMs !== null && label.knownMs > asOfMs) {
      notYetKnown++;
      continue;
    }
    const key = `${label.lineId} ${label.timestampMs} ${label.target}`;
    const before = latest.get(key);
    if (before === undefined) {
      latest.set(key, label);
      continue;
    }
    const order = compareClaims(label, before);
    if (order === 0) duplicate++;
    else corrected++;
    if (order > 0) latest.set(key, label);
  }
  const labels = [...latest.values()].toSorted(compareLabels);
  const { received, unreadable, invalid } = table;
  const settled = labels.length;
  return {
    labels,
    counts: { received, unreadable, invalid, notYetKnown, duplicate, corrected, settled },
  };
}

/**
 * Which of two labels of the same line, time and target holds: the one known later; of two known at the same time the
 * numerically greatest (as samples do), then the greatest attributes, so that the order of the rows never matters.
 */
function compareClaims(a: Label, b: Label): number {
  return (
    compare(a.knownMs ?? Number.NEGATIVE_INFINITY, b.knownMs ?? Number.NEGATIVE_INFINITY) ||
    compare(a.value, b.value) ||
    compare(JSON.stringify(a.attributes), JSON.stringify(b.attributes))
  );
}

function compareLabels(a: Label, b: Label): number {
  return (
    compare(a.lineId, b.lineId) ||
    compare(a.timestampMs, b.timestampMs) ||
    compare(a.target, b.target)
  );
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
