/** What docs/WINDOWING.md says that an engine keeps at most, from the plan alone. */
import type { Plan, RingPlan, WindowPlan } from '../src/index.ts';

const LATE_BYTES = 1024 * 13;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function ringBytes(
  ring: RingPlan,
  windows: readonly WindowPlan[],
  { outOfOrderMs, samples }: { readonly outOfOrderMs: number; readonly samples: number },
): number {
  const r = ring.resolutionMs;
  const needs = windows.map(({ definition: d, cells, lookbackCells }) => {
    const kept = d.stepMs <= d.windowMs ? d.stepMs / r : 0;
    return cells + lookbackCells + kept + d.stepMs / r + Math.ceil(d.allowedLatenessMs / r) + 2;
  });
  const needed = Math.max(...needs) + Math.ceil(outOfOrderMs / r) + 1;
  const span = needed + Math.max(32, Math.floor(needed / 16));
  const panes = ring.tracks.flatMap((track) => track.panes);
  const multiple = panes.reduce((a, b) => (a / gcd(a, b)) * b);
  const alignment = multiple > span ? panes.reduce(gcd) : multiple;
  const capacity = Math.ceil((span + alignment) / alignment) * alignment;
  const paneCount = ring.tracks.reduce(
    (sum, track) => sum + track.panes.reduce((own, cells) => own + capacity / cells, 0),
    0,
  );
  const collects = ring.tracks.some(({ aggregate }) =>
    ['sum', 'mean', 'count'].includes(aggregate),
  );
  const cells = ring.tracks.length * capacity;
  // Panes may be counted by their greatest common divisor.
  const finest = multiple > span ? cells / alignment : paneCount;
  // Once late samples have come: a bit for each cell, and 24 bytes for each that they changed until its windows are judged again.
  const late = cells / 8 + 1 + Math.min(cells, samples) * 24;
  return cells * (collects ? 32 : 12) + finest * 4 + late;
}

function windowBytes({ definition: d, dtype, cells, tracks, delivery }: WindowPlan): number {
  const dirty = Math.ceil(d.allowedLatenessMs / d.stepMs) + 1;
  if (delivery.kind === 'gather') return dirty;
  const slack = d.layout === 'time_major' ? cells * tracks.length : cells * 2;
  const numbers = tracks.length * cells + slack;
  return dirty + numbers * (dtype === 'float64' ? 8 : 4) + tracks.length * 20 + LATE_BYTES;
}

/**
 * @param batchRows rows of the largest batch, each counted for every line that asks for it
 * @param samples how many were pushed: of sums, means and counts a cell keeps every distinct one
 */
export function stateBytesMax(
  plan: Plan,
  outOfOrderMs: number,
  { batchRows, samples }: { readonly batchRows: number; readonly samples: number },
): number {
  let bytes = batchRows * 1.25 * 29 + 64;
  for (const { rings, windows } of plan.lines) {
    for (const [r, ring] of rings.entries()) {
      const own = windows.filter((window) => window.ring === r);
      bytes += ringBytes(ring, own, { outOfOrderMs, samples }) + Math.max(1024, samples * 2) * 16;
    }
    for (const window of windows) bytes += windowBytes(window);
  }
  return bytes;
}
