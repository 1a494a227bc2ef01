/**
 * What a stream hands to the scorer, by SEMANTICS.md, in forty lines (laid out by hand; `brute-force.test.ts` counts them): every window
 * is made anew from a list of all samples that count for its definition. Shares no code with the engine; slow on purpose.
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
  readonly tensor: readonly number[];
}
type Cell = number | undefined;
type Rule = (a: Sample, b: Sample) => number;
type Rules = Readonly<Record<string, Rule>>;
type Judged = readonly { readonly n: number; readonly tensor: readonly number[] | null }[];
type AnyFill = {
  method: 'none' | 'constant' | 'last' | 'linear';
  value?: number;
  maxAgeMs?: number;
  maxGapMs?: number;
};

// The model.
// oxfmt-ignore
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
// oxfmt-ignore
export const order = (a: number, b: number): number => a - b || +Object.is(b, -0) - +Object.is(a, -0);
const last: Rule = (a, b) => a.t - b.t || order(a.v, b.v);
// oxfmt-ignore
const rules: Rules = { last, first: (a, b) => b.t - a.t || order(a.v, b.v), min: (a, b) => order(b.v, a.v), max: (a, b) => order(a.v, b.v) };

/** A cell's value from all samples. */
// oxfmt-ignore
function cellOf({ aggregate, resolutionMs }: Definition, kept: readonly Sample[], id: string, k: number): Cell {
  const own = kept.filter((s) => s.id === id && Math.floor(s.t / resolutionMs) === k)
    .toSorted(rules[aggregate] ?? last).filter((s, i, all) => i === 0 || last(s, all[i - 1]!) !== 0);
  if (own.length === 0 || rules[aggregate]) return own.at(-1)?.v;
  const sum = own.map((s) => s.v).reduce((total, v) => total + v);
  return aggregate === 'count' ? own.length : aggregate === 'mean' ? sum / own.length : sum;
}

/** A window's tensor, or null where it is not scored. */
// oxfmt-ignore
function tensorOf(d: Definition, kept: readonly Sample[], end: number): number[] | null {
  const [r, T, C, fill] = [d.resolutionMs, d.windowMs / d.resolutionMs, d.inputMetricIds.length, d.fill as AnyFill];
  const at = (c: number, i: number): Cell => cellOf(d, kept, d.inputMetricIds[c]!, end / r - T + i);
  const near = (c: number, i: number, by: number): number => upTo((fill.maxAgeMs ?? fill.maxGapMs!) / r).map((n) => i + by + by * n).find((j) => at(c, j) !== undefined) ?? NaN;
  const line = (c: number, i: number, a: number, b: number): Cell =>
    a >= 0 && b < T && (b - a) * r <= fill.maxGapMs! ? at(c, a)! + (at(c, b)! - at(c, a)!) * ((i - a) / (b - a)) : undefined;
  const filled = (c: number, i: number): Cell => at(c, i) ??
    { none: undefined, constant: fill.value, last: at(c, near(c, i, -1)), linear: line(c, i, near(c, i, -1), near(c, i, 1)) }[fill.method];
  const counts = upTo(C).map((c) => upTo(T).filter((i) => at(c, i) !== undefined).length);
  if (Math.max(...counts) === 0 || Math.min(...counts) / T < d.minCoverage) return null;
  const tensor = upTo(C * T).map((n) => d.layout === 'time_major' ? filled(n % C, Math.floor(n / C)) : filled(Math.floor(n / T), n % T));
  return d.allowMissing || !tensor.includes(undefined) ? tensor.map((v) => v ?? NaN) : null;
}

/** Every tensor in its order, for the samples of one line in order of arrival. */
// oxfmt-ignore
export function bruteForce(definitions: readonly Definition[], samples: readonly Sample[], outOfOrderMs: number): Emitted[] {
  const line = samples.filter((s) => definitions.some((d) => d.inputMetricIds.includes(s.id)));
  const marks = [-Infinity, ...line.map((_, n) => Math.max(...line.slice(0, n + 1).map((s) => s.t)) - outOfOrderMs), Infinity];
  return definitions.flatMap((d, target) => {
    const [r, S, maxAgeMs] = [d.resolutionMs, d.stepMs, d.fill.method === 'last' ? d.fill.maxAgeMs : 0];
    const ends = [...new Set(line.flatMap((s) => upTo((d.windowMs + maxAgeMs) / S + 2).map((i) => (Math.floor(s.t / S) + i) * S)))];
    const isOpen = ({ id, t }: Sample, n: number, end: number): boolean => d.inputMetricIds.includes(id) && end > t &&
      (Math.floor(t / r) + Math.floor(maxAgeMs / r)) * r + d.windowMs >= end && marks[n + 1]! < end + d.allowedLatenessMs;
    const kept = line.map((s, n) => ends.some((end) => isOpen(s, n, end)));
    const isLate = (n: number, end: number): boolean => marks[n]! >= end && line.some((s, m) => m < n && marks[m + 1] === marks[n] && isOpen(s, m, end));
    return ends.flatMap((end) => marks.slice(1).reduce<Judged>((all, mark, n) => mark > marks[n]! && (marks[n]! < end ? mark >= end : isLate(n, end))
      ? [...all, { n, tensor: tensorOf(d, line.filter((_, m) => m < n && kept[m]), end) }] : all, [])
      .flatMap(({ n, tensor }, i, all) => tensor && !all[i - 1]?.tensor?.every((v, c) => Object.is(v, tensor[c])) ? [{ n, target, end, tensor }] : []))
      .toSorted((a, b) => a.n - b.n || a.end - b.end);
  });
}
