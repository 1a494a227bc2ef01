/**
 * SEMANTICS.md again, as plainly as it can be said: every window is made anew from a list of all samples that count for
 * its definition. Shares no code with the engine; slow on purpose.
 */
import type { Definition } from '@windrow/core';

export interface Sample {
  readonly id: string;
  readonly t: number;
  readonly v: number;
}
export interface Emitted {
  readonly target: number;
  readonly end: number;
  readonly tensor: number[];
}
type Verdict = 'unrouted' | 'applied' | 'superseded' | 'duplicate' | 'dropped_late';

const order = (a: number, b: number): number =>
  a - b || (Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1);
const same = (a: Sample, b: Sample): boolean => a.t === b.t && Object.is(a.v, b.v);

/** The cell's value from its samples in order of arrival, and the sample that gave it (for sums: all distinct ones). */
function cellOf(d: Definition, arrived: readonly Sample[]): { value: number; holders: Sample[] } {
  const distinct = arrived
    .filter((s, i) => arrived.findIndex((o) => same(o, s)) === i)
    .toSorted((a, b) => a.t - b.t || order(a.v, b.v));
  const sum = distinct.slice(1).reduce((total, s) => total + s.v, distinct[0]!.v);
  if (d.aggregate === 'sum' || d.aggregate === 'mean' || d.aggregate === 'count') {
    return {
      value:
        d.aggregate === 'sum'
          ? sum
          : d.aggregate === 'mean'
            ? sum / distinct.length
            : distinct.length,
      holders: distinct,
    };
  }
  const better = {
    last: (a: Sample, b: Sample) => a.t - b.t || order(a.v, b.v),
    first: (a: Sample, b: Sample) => b.t - a.t || order(a.v, b.v),
    min: (a: Sample, b: Sample) => order(b.v, a.v),
    max: (a: Sample, b: Sample) => order(a.v, b.v),
  }[d.aggregate];
  const holder = arrived.reduce((best, s) => (better(s, best) > 0 ? s : best));
  return { value: holder.v, holders: [holder] };
}

function tensorOf(
  d: Definition,
  samples: readonly Sample[],
  end: number,
): number[] | 'empty' | 'below' | 'incomplete' {
  const [r, T] = [d.resolutionMs, d.windowMs / d.resolutionMs];
  const valueAt = (id: string, k: number): number | undefined => {
    const inCell = samples.filter((s) => s.id === id && Math.floor(s.t / r) === k);
    return inCell.length > 0 ? cellOf(d, inCell).value : undefined;
  };
  const k0 = end / r - T;
  const cells = d.inputMetricIds.map((id) =>
    Array.from({ length: T }, (_, i) => valueAt(id, k0 + i)),
  );
  if (cells.every((row) => row.every((v) => v === undefined))) return 'empty';
  if (cells.some((row) => row.filter((v) => v !== undefined).length / T < d.minCoverage))
    return 'below';
  const filled = cells.map((row, c) =>
    row.map((v, i): number | undefined => {
      if (v !== undefined || d.fill.method === 'none') return v;
      if (d.fill.method === 'constant') return d.fill.value;
      if (d.fill.method === 'last') {
        for (let j = 1; j * r <= d.fill.maxAgeMs; j++) {
          const w = valueAt(d.inputMetricIds[c]!, k0 + i - j);
          if (w !== undefined) return w;
        }
        return undefined;
      }
      const [a, b] = [
        row.findLastIndex((w, j) => j < i && w !== undefined),
        row.findIndex((w, j) => j > i && w !== undefined),
      ];
      return a >= 0 && b >= 0 && (b - a) * r <= d.fill.maxGapMs
        ? row[a]! + (row[b]! - row[a]!) * ((i - a) / (b - a))
        : undefined;
    }),
  );
  if (!d.allowMissing && filled.flat().includes(undefined)) return 'incomplete';
  const value = (c: number, i: number): number => filled[c]![i] ?? Number.NaN;
  return d.layout === 'channel_major'
    ? filled.flatMap((_, c) => Array.from({ length: T }, (__, i) => value(c, i)))
    : Array.from({ length: T }, (_, i) => filled.map((__, c) => value(c, i))).flat();
}

/** Everything that is handed to the scorer for one line's samples in order of arrival, and each sample's heading. */
export function bruteForce(
  definitions: readonly Definition[],
  samples: readonly Sample[],
  outOfOrderMs: number,
): { emitted: Emitted[]; verdicts: Verdict[] } {
  const emitted: Emitted[] = [];
  const state = definitions.map(() => ({
    kept: [] as Sample[],
    judged: new Map<number, ReturnType<typeof tensorOf>>(),
    dirty: new Set<number>(),
  }));
  let [latest, watermark] = [-Infinity, -Infinity];
  const earliest = Math.min(...samples.map((s) => s.t));
  const advance = (to: number): void => {
    for (const [target, d] of definitions.entries()) {
      const { kept, judged, dirty } = state[target]!;
      const judge = (end: number): void => {
        const [before, now] = [judged.get(end) ?? 'empty', tensorOf(d, kept, end)];
        if (
          Array.isArray(now) &&
          !(Array.isArray(before) && before.every((v, i) => Object.is(v, now[i])))
        )
          emitted.push({ target, end, tensor: now });
        judged.set(end, now);
      };
      for (const end of [...dirty].toSorted((a, b) => a - b)) judge(end);
      dirty.clear();
      const from = (Math.floor(Math.max(watermark, earliest) / d.stepMs) + 1) * d.stepMs;
      for (let end = from; end <= Math.min(to, latest + d.windowMs + d.stepMs); end += d.stepMs)
        judge(end);
    }
  };
  const verdicts = samples.map((s): Verdict => {
    if (!definitions.some((d) => d.inputMetricIds.includes(s.id))) return 'unrouted';
    if (s.t > latest) {
      latest = s.t;
      if (s.t - outOfOrderMs > watermark) {
        advance(s.t - outOfOrderMs);
        watermark = s.t - outOfOrderMs;
      }
    }
    const verdictsOf = definitions.map((d, target): Verdict[] => {
      if (!d.inputMetricIds.includes(s.id)) return [];
      const { kept, dirty } = state[target]!;
      const [r, k] = [d.resolutionMs, Math.floor(s.t / d.resolutionMs)];
      const reach =
        d.windowMs + (d.fill.method === 'last' ? Math.floor(d.fill.maxAgeMs / r) * r : 0);
      const needing = Array.from(
        { length: Math.ceil(reach / d.stepMs) + 1 },
        (_, i) => (Math.floor((k * r) / d.stepMs) + 1 + i) * d.stepMs,
      ).filter((e) => e - reach <= k * r);
      const alive = needing.filter((e) => watermark < e + d.allowedLatenessMs);
      if (
        alive.length === 0 &&
        (needing.length > 0 || watermark >= (k + 1) * r + d.allowedLatenessMs)
      )
        return ['dropped_late'];
      const inCell = kept.filter((o) => o.id === s.id && Math.floor(o.t / r) === k);
      const [before, after] = [
        inCell.length > 0 ? cellOf(d, inCell) : null,
        cellOf(d, [...inCell, s]),
      ];
      kept.push(s);
      for (const end of alive) if (end <= watermark) dirty.add(end);
      if (before?.holders.some((h) => same(h, s))) return ['duplicate'];
      return after.holders.some((h) => same(h, s)) ? ['applied'] : ['superseded'];
    });
    return (['applied', 'superseded', 'duplicate', 'dropped_late'] as const).find((v) =>
      verdictsOf.flat().includes(v),
    )!;
  });
  advance(Infinity);
  return { emitted, verdicts };
}
