/**
 * Stage 2 alone: pane messages in, tensors out. With the messages of a `PaneStage` it hands on the very tensors that a
 * `WindowEngine` over the same samples does, revisions included.
 */
import { WindrowError, assert, type MetricDictionary } from '@windrow/core';
import { LineState } from '../internal/line-state.ts';
import { settleWindows } from '../internal/settle-windows.ts';
import { planWindows, type Plan, type WindowTarget } from '../plan.ts';
import { deliveryRule, type EngineOptions } from '../sample-stage.ts';
import type { TensorSink } from '../tensor-sink.ts';
import type { WindowCounts } from '../window-state.ts';
import { OpenedPaneMessage } from './pane-message.ts';
import { planFingerprint } from './plan-fingerprint.ts';

interface Pending {
  readonly opened: OpenedPaneMessage;
  readonly line: LineState;
  /** Whether the cells are in their rings. */
  applied: boolean;
}

export class WindowStage {
  readonly plan: Plan;
  readonly #lines: readonly LineState[];
  readonly #fingerprints: readonly number[];
  #pending: Pending | null = null;

  /** The same targets and options as the other side has. */
  constructor(
    targets: readonly WindowTarget[],
    options: Omit<EngineOptions, 'hooks'> & { readonly dictionary: MetricDictionary },
  ) {
    this.plan = planWindows(targets, options.dictionary, deliveryRule(options));
    this.#fingerprints = this.plan.lines.map((line) => planFingerprint(line, options.dictionary));
    this.#lines = this.plan.lines.map(
      (line) =>
        new LineState(line, {
          outOfOrderMs: null,
          aheadMs: options.outOfOrderMs ?? options.aheadMs,
          range: options.range,
          takesSamples: false,
        }),
    );
  }

  /**
   * Takes a message; `run` does what follows from it. The one before was run to its end.
   * @throws WindrowError FORMAT where the bytes are damaged, or made for other definitions
   */
  push(bytes: Uint8Array): void {
    assert(this.#pending === null, 'the last message was run to its end');
    const opened = new OpenedPaneMessage(bytes);
    const { message } = opened;
    const line = this.#lines[message.line];
    if (line === undefined || this.#fingerprints[message.line] !== message.fingerprint) {
      throw new WindrowError(
        'FORMAT',
        `pane message of line ${message.line}: made for other definitions; give both stages the same definitions file`,
      );
    }
    this.#pending = { opened, line, applied: false };
  }

  /** Works off what was pushed; false where the sink must be drained before it can go on. */
  run(sink: TensorSink): boolean {
    const pending = this.#pending;
    if (pending === null) return true;
    const { opened, line } = pending;
    if (!pending.applied) {
      // Which windows a late cell reopens is a question of the watermark at which it came.
      line.advanceTo(opened.message.lateWatermarkMs);
      if (line.unsettled && !settleWindows(line, sink)) return false;
      opened.readCells((ring, track, cells) => {
        const state = line.rings[ring]!;
        for (let i = 0; i < cells.length; i++) {
          const cell = Math.floor(cells.timestampsMs[i]! / state.ring.resolutionMs);
          state.put(track, cell, cells.values[i]!);
        }
      });
      pending.applied = true;
    }
    line.advanceTo(opened.message.watermarkMs);
    if (line.unsettled && !settleWindows(line, sink)) return false;
    this.#pending = null;
    return true;
  }

  /** What became of the windows so far, by target. */
  windows(): WindowCounts[] {
    const counts: WindowCounts[] = [];
    for (const line of this.#lines) {
      for (const window of line.windows) counts[window.target] = window.counts();
    }
    return counts;
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.#lines.reduce((sum, line) => sum + line.sizeBytes, 0);
  }
}
