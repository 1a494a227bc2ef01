/** Both stages in one process: samples in, tensors out. The seam between them is a view on the cells. */
import { settleWindows } from './internal/settle-windows.ts';
import type { WindowTarget } from './plan.ts';
import { SampleStage, type EngineOptions } from './sample-stage.ts';
import type { TensorSink } from './tensor-sink.ts';
import type { WindowCounts } from './window-state.ts';

export class WindowEngine extends SampleStage<TensorSink> {
  constructor(targets: readonly WindowTarget[], options: EngineOptions) {
    super(targets, options, settleWindows);
  }

  /** What became of the windows so far, by target. */
  windows(): WindowCounts[] {
    const counts: WindowCounts[] = [];
    for (const line of this.lines) {
      for (const window of line.windows) counts[window.plan.target] = window.counts();
    }
    return counts;
  }
}
