/** Sessions on the calling thread. */
import { OnnxModel } from '../onnx-model.ts';
import type { ModelInfo, ValueInfo } from '../model-info.ts';
import type { ModelFile } from '../model-store.ts';
import type { TensorValue } from '../tensor-value.ts';
import type { HostedModel, ModelHost, RunResult } from './model-host.ts';

export class ThisThreadHost implements ModelHost {
  readonly isApart = false;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  async load(file: ModelFile): Promise<HostedModel> {
    return new TimedModel(await OnnxModel.load(file), this.#nowMs);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A model whose runs are timed. */
class TimedModel implements HostedModel {
  readonly identity: ModelInfo['identity'];
  readonly path: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly #model: OnnxModel;
  readonly #nowMs: () => number;

  constructor(model: OnnxModel, nowMs: () => number) {
    this.identity = model.identity;
    this.path = model.path;
    this.inputs = model.inputs;
    this.outputs = model.outputs;
    this.metadata = model.metadata;
    this.#model = model;
    this.#nowMs = nowMs;
  }

  async run(
    feeds: Readonly<Record<string, TensorValue>>,
    names: readonly string[],
  ): Promise<RunResult> {
    // The runtime starts in the next turn of the event loop, behind this callback: what else waits there is not its time.
    let startMs = this.#nowMs();
    setImmediate(() => {
      startMs = this.#nowMs();
    });
    const outputs = await this.#model.run(feeds, names);
    return { outputs, ms: this.#nowMs() - startMs };
  }

  release(): Promise<void> {
    return this.#model.release();
  }
}
