/** One version of a model as a lane knows it: what it says about itself, what it did, who needs it; loaded or not. */
import type { ModelIdentity } from '@windrow/core';
import type { ModelInfo, ValueInfo } from '../model-info.ts';
import type { RunStatistics } from '../model-statistics.ts';

export class LaneModel implements ModelInfo {
  readonly identity: ModelIdentity;
  readonly path: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly statistics: RunStatistics;
  /** Bytes of its file: what is known of the memory that it takes. */
  readonly fileBytes: number;
  /** Slots that score with it and batches that are to be scored by it. At zero it is released. */
  holds = 0;
  /** Runs under way. */
  runs = 0;
  /** Number of its last use among those of all models of its lane; 0: none so far. */
  lastUse = 0;
  /** Whether it took its place among those that score. */
  isInstalled = false;

  constructor(info: ModelInfo, statistics: RunStatistics, fileBytes: number) {
    this.identity = info.identity;
    this.path = info.path;
    this.inputs = info.inputs;
    this.outputs = info.outputs;
    this.metadata = info.metadata;
    this.statistics = statistics;
    this.fileBytes = fileBytes;
  }
}
