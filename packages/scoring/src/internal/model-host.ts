/** Where sessions live and run: this thread, or a worker's. */
import type { ModelInfo } from '../model-info.ts';
import type { ModelFile } from '../model-store.ts';
import type { TensorValue } from '../tensor-value.ts';

export interface RunResult {
  readonly outputs: Readonly<Record<string, TensorValue>>;
  /** What the run took, without what it waited for. */
  readonly ms: number;
}

/** A session, somewhere. */
export interface HostedModel extends ModelInfo {
  /** @throws WindrowError MODEL where the runtime fails */
  run(feeds: Readonly<Record<string, TensorValue>>, outputs: readonly string[]): Promise<RunResult>;
  /** When its last run has ended; no run may be started afterwards. Idempotent. */
  release(): Promise<void>;
}

export interface ModelHost {
  /** Whether rows must lie in shared memory, and runs go on while this thread does something else. */
  readonly isApart: boolean;
  /** @throws WindrowError MODEL where the bytes are no model, or none that can run */
  load(file: ModelFile): Promise<HostedModel>;
  /** After every model was released. */
  close(): Promise<void>;
}
