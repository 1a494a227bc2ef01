/**
 * Where samples of a slot go: a list of (line, series) for every slot, as arrays. Nearly always one; a metric that
 * several lines ask for has several.
 */
import type { SampleLine } from '../sample-line.ts';
import type { EndRange } from '../end-range.ts';

export class RoutingTable {
  /** By slot: its first route, -1 if none. */
  readonly first: Int32Array;
  /** By route. */
  readonly line: Int32Array;
  readonly series: Int32Array;
  /** The slot's next route, -1 at the end. */
  readonly next: Int32Array;
  /** By slot: samples earlier than this are out of range for all. */
  readonly fromMs: Float64Array;
  /** Samples from here on are out of range. */
  readonly untilMs: number;
  /** Whether some slot has several routes. */
  readonly shared: boolean;

  constructor(
    lines: readonly Pick<SampleLine<never>, 'plan' | 'seriesSlots' | 'windows'>[],
    slots: number,
    range: EndRange,
  ) {
    const routes = lines.reduce((sum, line) => sum + line.seriesSlots.length, 0);
    this.first = new Int32Array(slots).fill(-1);
    this.line = new Int32Array(routes);
    this.series = new Int32Array(routes);
    this.next = new Int32Array(routes).fill(-1);
    this.fromMs = new Float64Array(slots).fill(Number.POSITIVE_INFINITY);
    this.untilMs = range.untilMs;
    let route = 0;
    let shared = false;
    for (const [l, line] of lines.entries()) {
      for (const [series, slot] of line.seriesSlots.entries()) {
        this.line[route] = l;
        this.series[route] = series;
        if (this.first[slot]! >= 0) shared = true;
        this.next[route] = this.first[slot]!;
        this.first[slot] = route++;
      }
      for (const window of line.windows) {
        const neededMs = window.firstEndAfter(range.afterMs) - window.reachMs;
        for (const track of window.plan.tracks) {
          const { slot } = line.plan.rings[window.plan.ring]!.tracks[track]!;
          this.fromMs[slot] = Math.min(this.fromMs[slot]!, neededMs);
        }
      }
    }
    this.shared = shared;
  }
}
