/** Both stages in one process: samples in, tensors out. The seam between them is a view on the cells. */
import { WindrowError, assert } from '@windrow/core';
import { settleWindows } from './internal/settle-windows.ts';
import type { LinePlan, WindowTarget } from './plan.ts';
import { SampleStage, type EngineOptions } from './sample-stage.ts';
import { PointColumns } from './point-columns.ts';
import { LineRestorer, imageOf } from './snapshot/line-image.ts';
import { RestoredSnapshot } from './snapshot/restored-snapshot.ts';
import type { CutLine } from './snapshot/line-cut.ts';
import { TurnsOfLines, type LineTurns } from './snapshot/line-turns.ts';
import { SnapshotCut } from './snapshot/snapshot-cut.ts';
import { SnapshotPart, SnapshotWriter } from './snapshot/snapshot-part.ts';
import type { TensorSink } from './tensor-sink.ts';
import type { WindowInspection } from './window-inspection.ts';
import type { WindowCounts } from './window-state.ts';

/** A part of a snapshot in the making. */
export interface SnapshotProgress {
  /** Takes tracks until they have about so many points together, then puts the part together as slowly; returns whether it is ready. */
  step(pointsMax: number): boolean;
  /** Takes what is left, and gives the part. */
  finish(): Uint8Array;
}

export class WindowEngine extends SampleStage<TensorSink> {
  #parts = 0;
  #cut: SnapshotCut | null = null;
  readonly #turns: TurnsOfLines;
  readonly #snapshotWriter: SnapshotWriter = new SnapshotWriter();

  constructor(targets: readonly WindowTarget[], options: EngineOptions) {
    super(targets, options, settleWindows);
    this.#turns = new TurnsOfLines(options.dictionary);
  }

  /** What became of the windows so far, by target. */
  windows(): WindowCounts[] {
    const counts: WindowCounts[] = [];
    for (const line of this.lines) {
      for (const window of line.windows) counts[window.target] = window.counts();
    }
    return counts;
  }

  /**
   * A window of a target as it is now: the last one that ends at `atMs` or before. Changes nothing.
   * @param atMs default: the watermark of the line, and so the window that was judged last
   * @returns null where its cells are not, or no longer, all held
   */
  inspect(target: number, atMs?: number): WindowInspection | null {
    for (const line of this.lines) {
      const window = line.windows.find((own) => own.target === target);
      if (window === undefined) continue;
      const untilMs = Math.min(atMs ?? line.watermarkMs, window.range.untilMs);
      const endMs = Math.floor(untilMs / window.stepMs) * window.stepMs;
      return line.state.rings[window.plan.ring]!.inspect(window, endMs);
    }
    throw new WindrowError('USAGE', `target: found ${target}, expected one of the engine's`);
  }

  /**
   * The next part of a snapshot: how every line stands, the cells that changed since the part before, and all cells of some tracks in
   * turn. It is one cut: what was pushed before is in it. Call it between batches, before `finish`.
   */
  snapshot(): Uint8Array {
    const cut = this.beginSnapshot();
    cut.step(Number.POSITIVE_INFINITY);
    return cut.finish();
  }

  /**
   * The same, taken little by little: it is still one cut, as the engine stands now, while batches are pushed and run. Lines that these
   * are about to change are taken first. The next part builds on this one, which therefore must be finished, and kept.
   */
  beginSnapshot(): SnapshotProgress {
    assert(this.idle, 'the last batch was run to its end');
    assert(this.#cut === null, 'the snapshot before was finished');
    const part = { number: this.#parts++, door: this.door.snapshot() };
    // Names are made when a line is taken: of very many lines they take as long as their cells.
    const turnsOf = (line: CutLine): LineTurns =>
      this.#turns.of(line) ?? this.#turns.begin(line, part.number, null);
    const cut = new SnapshotCut(part, this.lines, turnsOf, this.#snapshotWriter);
    this.#cut = cut;
    return {
      step: (pointsMax) => cut.step(pointsMax),
      finish: () => {
        assert(this.#cut === cut, 'a part is finished once');
        this.#cut = null;
        return cut.finish();
      },
    };
  }

  protected override beforeChange(line: number): void {
    this.#cut?.take(line);
  }

  /**
   * Goes on where the engine of these parts was: the latest `SNAPSHOT_PARTS` parts of a snapshot, or all if there are fewer, in
   * order. The definitions may be others, and the lines fewer (a shard); lines without a part start fresh.
   * @param countsDoor whether samples that belonged to no line are counted here; in one shard of several
   * @throws WindrowError FORMAT where a part is damaged or missing; the engine is not to be used then
   */
  restore(parts: readonly Uint8Array[], countsDoor: boolean = true): void {
    assert(this.#parts === 0 && this.samples().received === 0, 'restore into a fresh engine');
    const snapshot = new RestoredSnapshot(parts.map((bytes) => new SnapshotPart(bytes)));
    this.#parts = snapshot.number + 1;
    const restorers = new Map<string, LineRestorer>();
    for (const line of this.lines) {
      const own = snapshot.line(line.plan.lineId);
      if (own === null) continue;
      const turns = this.#turns.begin(line, this.#parts, own.names);
      restorers.set(
        line.plan.lineId,
        new LineRestorer(line.state, turns.names, own.saved.image, own.names),
      );
      line.counter.addAll(own.saved.samples);
      turns.wereWritten(own.names);
    }
    snapshot.visitTracks((lineId) => restorers.get(lineId) ?? null);
    for (const restorer of restorers.values()) restorer.finish();
    if (countsDoor) this.door.addAll(snapshot.door);
  }

  /**
   * Other definitions from now on: added, removed, resized, in another order. What stays the same goes on undisturbed, with its
   * counts; a new window is first judged at its next end after the watermark, over what the cells still hold. Call it between
   * batches; the dictionary must hold the inputs of all definitions.
   */
  redefine(targets: readonly WindowTarget[]): void {
    assert(this.idle, 'the last batch was run to its end');
    // A part in the making is of the lines as they are.
    this.#cut?.step(Number.POSITIVE_INFINITY);
    const before = new Map(this.lines.map((line) => [line.plan.lineId, line]));
    this.replan(targets, (fresh) => {
      const old = before.get(fresh.plan.lineId);
      if (old === undefined) return fresh;
      if (windowsOf(old.plan) === windowsOf(fresh.plan)) {
        for (const [w, window] of old.windows.entries()) {
          window.target = fresh.plan.windows[w]!.target;
        }
        return old;
      }
      const { names } = this.#turns.of(old) ?? this.#turns.begin(old, this.#parts, null);
      // The next part has all of its tracks; rings that were shorter for a while do not hold what parts before it have.
      const own = this.#turns.begin(fresh, this.#parts, null).names;
      const restorer = new LineRestorer(fresh.state, own, imageOf(old.state), names);
      const points = new PointColumns();
      let track = 0;
      for (const ring of old.state.rings) {
        for (let t = 0; t < ring.ring.trackCount; t++, track++) {
          points.length = 0;
          ring.collect(t, false, points);
          restorer.refill(names, track, points);
        }
      }
      restorer.finish();
      fresh.counter.addAll(old.counter.snapshot());
      return fresh;
    });
  }
}

/** What a line has to do, as text. */
function windowsOf(plan: LinePlan): string {
  return JSON.stringify(plan.windows.map(({ definition, dtype }) => [definition, dtype]));
}
