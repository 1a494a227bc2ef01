/** How much windows as known differ from windows of all data. */
import type { CollectedWindows } from '../collect/collect-windows.ts';

export interface ClockComparison {
  /** Windows in both with the same bytes. */
  readonly equal: number;
  /** Windows in both with other bytes. */
  readonly different: number;
  /** Scored as known, but not with all data. */
  readonly onlyAsKnown: number;
  /** Scored with all data, but not as known. */
  readonly onlyAllData: number;
  /** Share of the windows in either that are not the same in both. */
  readonly share: number;
}

export async function compareClocks(
  asKnown: CollectedWindows,
  allData: CollectedWindows,
  definitions: number,
): Promise<ClockComparison> {
  let equal = 0;
  let different = 0;
  let onlyAsKnown = 0;
  for (let d = 0; d < definitions; d++) {
    const theirs = allData.records.windows(d);
    const recordOf = new Map(Array.from(theirs.endsMs, (endMs, i) => [endMs, theirs.records[i]!]));
    const own = asKnown.records.windows(d);
    for (const [i, endMs] of own.endsMs.entries()) {
      const other = recordOf.get(endMs);
      if (other === undefined) {
        onlyAsKnown++;
        continue;
      }
      const bytes = await asKnown.records.tensorBytes(own.records[i]!);
      if (bytes.equals(await allData.records.tensorBytes(other))) equal++;
      else different++;
    }
  }
  const onlyAllData = allData.records.count - equal - different;
  const all = equal + different + onlyAsKnown + onlyAllData;
  const share = all === 0 ? 0 : (all - equal) / all;
  return { equal, different, onlyAsKnown, onlyAllData, share };
}
