/**
 * Stage 1 alone: samples in, pane messages out, for a `WindowStage` in another process. A message goes out when windows of
 * the line become due, or when late samples changed cells that were sent before and the watermark moves.
 *
 * Samples are counted here; windows there.
 */
import type { MetricDictionary } from '@windrow/core';
import type { LineState } from '../internal/line-state.ts';
import { FrameWriter } from '../internal/sealed-bytes.ts';
import type { RingState } from '../internal/ring-state.ts';
import type { WindowTarget } from '../plan.ts';
import { PointColumns } from '../point-columns.ts';
import { SampleStage, type EngineOptions } from '../sample-stage.ts';
import { PANE_MESSAGE, paneMessageHead } from './pane-message.ts';
import { planFingerprint } from './plan-fingerprint.ts';

export interface PaneSink {
  /** Whether it takes no more at the moment: `run` then returns false. */
  readonly full: boolean;
  /** Takes a message, which is the sink's from now on. Messages of one line must arrive in their order. */
  write(message: Uint8Array): void;
}

export class PaneStage extends SampleStage<PaneSink> {
  constructor(targets: readonly WindowTarget[], options: EngineOptions) {
    const senders = new Map<LineState, PaneSender>();
    super(targets, options, (line, sink) => {
      let sender = senders.get(line);
      if (sender === undefined) {
        const index = this.plan.lines.indexOf(line.plan);
        sender = new PaneSender(line, index, options.dictionary);
        senders.set(line, sender);
      }
      return sender.settle(sink);
    });
  }
}

/** What was sent of one line, and what must be. */
class PaneSender {
  readonly #line: LineState;
  readonly #index: number;
  readonly #fingerprint: number;
  readonly #rings: readonly RingSender[];
  readonly #writer: FrameWriter = new FrameWriter();

  constructor(line: LineState, index: number, dictionary: MetricDictionary) {
    this.#line = line;
    this.#index = index;
    this.#fingerprint = planFingerprint(line.plan, dictionary);
    this.#rings = line.rings.map((ring) => new RingSender(ring));
  }

  settle(sink: PaneSink): boolean {
    const line = this.#line;
    const goalMs = line.goalMs;
    const hasLate = line.rings.some((ring) => ring.hasLate);
    const isDue = line.nextDueMs <= goalMs;
    if (hasLate || isDue) {
      if (sink.full) return false;
      for (const [r, ring] of this.#rings.entries()) ring.addLate(r, this.#writer);
      for (const [r, ring] of this.#rings.entries()) ring.addPassed(r, goalMs, this.#writer);
      const head = paneMessageHead({
        fingerprint: this.#fingerprint,
        line: this.#index,
        lateWatermarkMs: line.watermarkMs,
        watermarkMs: goalMs,
      });
      sink.write(this.#writer.seal(PANE_MESSAGE, head));
    }
    line.moveWatermark();
    if (isDue) {
      for (const window of line.windows) {
        window.nextEndMs = Math.max(window.nextEndMs, window.firstEndAfter(goalMs));
      }
      line.nextDueMs = line.earliestDue();
    }
    return true;
  }
}

class RingSender {
  readonly #ring: RingState;
  /** By track: cells before this were sent. */
  readonly #sentUntil: Float64Array;
  /** By track: cells that late samples changed. */
  readonly #late: Map<number, Set<number>> = new Map();
  readonly #cells: PointColumns = new PointColumns();

  constructor(ring: RingState) {
    this.#ring = ring;
    this.#sentUntil = new Float64Array(ring.ring.trackCount).fill(Number.NEGATIVE_INFINITY);
    ring.onLate = (track, cell) => {
      const cells = this.#late.get(track);
      if (cells === undefined) this.#late.set(track, new Set([cell]));
      else cells.add(cell);
    };
  }

  addLate(index: number, writer: FrameWriter): void {
    for (const [track, late] of this.#late) {
      this.#cells.length = 0;
      for (const cell of late) this.#collect(track, cell);
      writer.add(index, track, this.#cells);
    }
    this.#late.clear();
    this.#ring.settled();
  }

  /** Whole panes that end at the watermark or before; at the end of the input all that is left. */
  addPassed(index: number, watermarkMs: number, writer: FrameWriter): void {
    const { ring } = this.#ring;
    const passed = Math.floor(watermarkMs / ring.resolutionMs);
    for (let track = 0; track < ring.trackCount; track++) {
      const paneCells = ring.paneCells(track);
      const until = Math.min(Math.floor(passed / paneCells) * paneCells, ring.newest + 1);
      this.#cells.length = 0;
      for (let cell = Math.max(this.#sentUntil[track]!, ring.base); cell < until; cell++) {
        this.#collect(track, cell);
      }
      writer.add(index, track, this.#cells);
      if (until > this.#sentUntil[track]!) this.#sentUntil[track] = until;
    }
  }

  /** Adds a cell to the columns if it is held and observed. */
  #collect(track: number, cell: number): void {
    const { ring } = this.#ring;
    if (cell < ring.base) return;
    const value = ring.values[track * ring.capacity + ring.place(cell)]!;
    if (Number.isNaN(value)) return;
    this.#cells.push(cell * ring.resolutionMs, value);
  }
}
