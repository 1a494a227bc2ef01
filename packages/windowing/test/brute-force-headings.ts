/** Under which heading each sample of one line stands, by SEMANTICS.md and as plainly as it can be said. Shares no code with the engine. */
import type { Definition } from '@windrow/core';
import { order, type Sample } from './brute-force.ts';

const HEADINGS = ['applied', 'superseded', 'duplicate', 'dropped_late', 'unrouted'] as const;
export type SampleHeading = (typeof HEADINGS)[number];

const same = (a: Sample, b: Sample): boolean => a.t === b.t && Object.is(a.v, b.v);

/** Of the samples of one cell in order of arrival, those that the cell holds. */
function holders({ aggregate }: Definition, arrived: readonly Sample[]): readonly Sample[] {
  const isBetter = {
    last: (a: Sample, b: Sample) => a.t > b.t || (a.t === b.t && order(a.v, b.v) > 0),
    first: (a: Sample, b: Sample) => a.t < b.t || (a.t === b.t && order(a.v, b.v) > 0),
    min: (a: Sample, b: Sample) => order(a.v, b.v) < 0,
    max: (a: Sample, b: Sample) => order(a.v, b.v) > 0,
  };
  if (aggregate === 'sum' || aggregate === 'mean' || aggregate === 'count') return arrived;
  return arrived.length === 0
    ? []
    : [arrived.reduce((best, s) => (isBetter[aggregate](s, best) ? s : best))];
}

/** What one definition makes of a sample that it asks for, and of the watermark when it is taken; `kept` is what it took before. */
function headingOf(d: Definition, kept: Sample[], s: Sample, watermark: number): SampleHeading {
  const { resolutionMs: r, stepMs: S, fill } = d;
  const cellMs = Math.floor(s.t / r) * r;
  const lookbackMs = fill.method === 'last' ? Math.floor(fill.maxAgeMs / r) * r : 0;
  // The last window that needs the cell; where windows are apart there may be none, and the cell's own end counts.
  const lastEnd = Math.floor((cellMs + d.windowMs + lookbackMs) / S) * S;
  const neededUntil = lastEnd > cellMs ? lastEnd : cellMs + r;
  if (watermark >= neededUntil + d.allowedLatenessMs) return 'dropped_late';
  const inCell = kept.filter((o) => o.id === s.id && Math.floor(o.t / r) * r === cellMs);
  kept.push(s);
  if (holders(d, inCell).some((h) => same(h, s))) return 'duplicate';
  return holders(d, [...inCell, s]).some((h) => same(h, s)) ? 'applied' : 'superseded';
}

/** The heading of each sample. */
export function bruteForceHeadings(
  definitions: readonly Definition[],
  samples: readonly Sample[],
  outOfOrderMs: number,
): SampleHeading[] {
  const kept = definitions.map((): Sample[] => []);
  let latest = Number.NEGATIVE_INFINITY;
  return samples.map((s) => {
    const asking = [...definitions.keys()].filter((n) =>
      definitions[n]!.inputMetricIds.includes(s.id),
    );
    if (asking.length > 0) latest = Math.max(latest, s.t);
    const watermark = latest - outOfOrderMs;
    const found = new Set(asking.map((n) => headingOf(definitions[n]!, kept[n]!, s, watermark)));
    return HEADINGS.find((heading) => found.has(heading)) ?? 'unrouted';
  });
}
