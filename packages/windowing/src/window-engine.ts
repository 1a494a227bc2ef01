/** Both stages in one process: samples in, tensors out. The seam between them is a view on the cells. */
import { WindrowError, assert } from '@windrow/core';
import { settleWindows } from './internal/settle-windows.ts';
import type { LinePlan, WindowTarget } from './plan.ts';
import { SampleStage, type EngineOptions } from './sample-stage.ts';
import { LineRestorer, imageOf, visitTracks } from './snapshot/line-image.ts';
import { SnapshotPart, SnapshotWriter, type SavedEngine } from './snapshot/snapshot-part.ts';
import type { TensorSink } from './tensor-sink.ts';
import type { WindowInspection } from './window-inspection.ts';
import type { WindowCounts } from './window-state.ts';

/**
 * Every part of a snapshot writes one line in so many anew, as a whole, so that no more than the latest `SNAPSHOT_PARTS` parts
 * are needed to go on: older ones can be deleted.
 */
export const SNAPSHOT_PARTS = 64;

export class WindowEngine extends SampleStage<TensorSink> {
  #parts = 0;

  constructor(targets: readonly WindowTarget[], options: EngineOptions) {
    super(targets, options, settleWindows);
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
   * The next part of a snapshot: how every line stands, the cells that changed since the part before, and all cells of a few
   * lines in turn. It is one cut: what was pushed before is in it. Call it between batches, before `finish`.
   */
  snapshot(): Uint8Array {
    assert(this.idle, 'the last batch was run to its end');
    const writer = new SnapshotWriter();
    const number = this.#parts++;
    const lines = this.lines.map((line, l) => {
      const { state, counter } = line;
      const onlyChanged = number < line.wholeAt;
      if (!onlyChanged) line.wholeAt = number + SNAPSHOT_PARTS - 1;
      // The first part has everything: from then on a few lines come round in each.
      if (number === 0) line.wholeAt = 1 + (l % (SNAPSHOT_PARTS - 1));
      visitTracks(state, this.dictionary, onlyChanged, (name, points) => {
        writer.add(l, name, points);
      });
      const image = imageOf(state, this.dictionary);
      return { image, samples: counter.snapshot(), wholeAt: line.wholeAt };
    });
    return writer.finish({ number, door: this.door.snapshot(), lines });
  }

  /**
   * Goes on where the engine of these parts was: the latest `SNAPSHOT_PARTS` parts of a snapshot, or all if there are fewer, in
   * order. The definitions may be others, and the lines fewer (a shard); lines without a part start fresh.
   * @param countsDoor whether samples that belonged to no line are counted here; in one shard of several
   * @throws WindrowError FORMAT where a part is damaged or missing; the engine is not to be used then
   */
  restore(parts: readonly Uint8Array[], countsDoor: boolean = true): void {
    assert(this.#parts === 0 && this.samples().received === 0, 'restore into a fresh engine');
    const read = parts.map((bytes) => new SnapshotPart(bytes));
    const last = checkNumbers(read);
    const restorers = new Map<string, LineRestorer>();
    const saved = new Map(last.lines.map((line) => [line.image.lineId, line]));
    for (const line of this.lines) {
      const { lineId } = line.plan;
      const own = saved.get(lineId);
      if (own === undefined) continue;
      restorers.set(lineId, new LineRestorer(line.state, own.image, this.dictionary));
      line.counter.addAll(own.samples);
      line.wholeAt = own.wholeAt;
    }
    for (const part of read) {
      part.visitCells((line) => {
        const restorer = restorers.get(part.saved.lines[line]!.image.lineId);
        return restorer === undefined ? null : (name, points) => restorer.refill(name, points);
      });
    }
    for (const restorer of restorers.values()) restorer.finish();
    if (countsDoor) this.door.addAll(last.door);
    this.#parts = last.number + 1;
  }

  /**
   * Other definitions from now on: added, removed, resized, in another order. What stays the same goes on undisturbed, with its
   * counts; a new window is first judged at its next end after the watermark, over what the cells still hold. Call it between
   * batches; the dictionary must hold the inputs of all definitions.
   */
  redefine(targets: readonly WindowTarget[]): void {
    assert(this.idle, 'the last batch was run to its end');
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
      const restorer = new LineRestorer(
        fresh.state,
        imageOf(old.state, this.dictionary),
        this.dictionary,
      );
      visitTracks(old.state, this.dictionary, false, (name, points) => {
        restorer.refill(name, points);
      });
      restorer.finish();
      fresh.counter.addAll(old.counter.snapshot());
      fresh.wholeAt = old.wholeAt;
      return fresh;
    });
  }
}

/** What a line has to do, as text. */
function windowsOf(plan: LinePlan): string {
  return JSON.stringify(plan.windows.map(({ definition, dtype }) => [definition, dtype]));
}

/** The last of the parts, after making sure that none is missing. */
function checkNumbers(parts: readonly SnapshotPart[]): SavedEngine {
  const last = parts.at(-1)?.saved;
  if (last === undefined) throw new WindrowError('FORMAT', 'snapshot: found no part');
  const first = Math.max(0, last.number + 1 - SNAPSHOT_PARTS);
  const numbers = parts.map((part) => part.saved.number);
  const missing = Array.from({ length: last.number + 1 - first }, (_, i) => first + i).filter(
    (number) => !numbers.includes(number),
  );
  if (missing.length > 0) {
    throw new WindrowError(
      'FORMAT',
      `snapshot: found the parts ${numbers.join(', ')}, expected ${missing.join(', ')} too`,
    );
  }
  return last;
}
