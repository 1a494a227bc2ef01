/**
 * An ONNX model that is loaded: what it says about itself, and `run`.
 *
 * Settings, and why (figures of a 2-core machine, 100 sessions, 32 rows a run):
 * - one thread, no spinning: lines are divided among worker threads, and an idle pool that spins costs a core;
 * - no memory arena, no memory patterns: every session would keep an arena that grows with the batch sizes it meets (after runs of 1
 *   to 32 rows a tree model takes 0.64 MB instead of 1.38, a linear one 0.20 instead of 0.24), and plain malloc was faster when many
 *   models take turns (77 us a run instead of 107 to 118, 26 instead of 37). So batches may have any size, without buckets;
 * - the model is loaded from the very bytes that were hashed, so a file that changes meanwhile cannot score under another's
 *   sha256; its folder is named, so that external data files are found beside it;
 * - nothing is logged but fatal errors: whatever is an error here is thrown as well.
 */
import { InferenceSession, Tensor, env } from 'onnxruntime-node';
import { WindrowError, messageOf, type ModelIdentity } from '@windrow/core';
import { turnReportsOff } from './internal/turn-reports-off.ts';
import { readModelProto, type ModelProto } from './model-proto.ts';
import type { ModelInfo, ValueInfo } from './model-info.ts';
import type { ModelFile } from './model-store.ts';
import type { TensorValue } from './tensor-value.ts';

const FATAL = 4;

export class OnnxModel implements ModelInfo {
  readonly identity: ModelIdentity;
  readonly path: string;
  readonly proto: ModelProto;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #session: InferenceSession;
  #running = 0;
  #released: Promise<void> | null = null;
  #idle: (() => void) | null = null;

  private constructor(file: ModelFile, proto: ModelProto, session: InferenceSession) {
    this.identity = file.identity;
    this.path = file.path;
    this.proto = proto;
    this.#session = session;
    this.inputs = session.inputMetadata.map(valueInfo);
    this.outputs = session.outputMetadata.map(valueInfo);
  }

  /** @throws WindrowError MODEL where the bytes are no ONNX model, or one that the runtime cannot run */
  static async load(file: ModelFile): Promise<OnnxModel> {
    let proto: ModelProto;
    try {
      proto = readModelProto(file.bytes);
    } catch (error) {
      throw new WindrowError(
        'MODEL',
        `${file.path}: no ONNX file, or a damaged one: ${messageOf(error)}; export or copy the model again`,
        { cause: error },
      );
    }
    turnReportsOff();
    env.logLevel = 'fatal';
    try {
      return new OnnxModel(file, proto, await createSession(file));
    } catch (error) {
      throw new WindrowError(
        'MODEL',
        `${file.path}: ONNX Runtime cannot load it: ${messageOf(error).trim()} (written by ${producer(proto)})`,
        { cause: error },
      );
    }
  }

  /** Custom metadata of the model. */
  get metadata(): ReadonlyMap<string, string> {
    return this.proto.metadata;
  }

  /**
   * Runs the model on this thread; resolves in a later turn of the event loop, so that what waits there comes first.
   * @param outputs names; others are not computed where the graph allows that
   * @throws WindrowError MODEL where the runtime fails
   */
  async run(
    feeds: Readonly<Record<string, TensorValue>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, TensorValue>>> {
    if (this.#released !== null) throw new Error(`${this.path}: run after release`);
    this.#running++;
    try {
      const tensors: Record<string, Tensor> = {};
      for (const name of Object.keys(feeds)) tensors[name] = toTensor(feeds[name]!);
      return await this.#session.run(tensors, outputs);
    } catch (error) {
      const { identifier, version } = this.identity;
      throw new WindrowError(
        'MODEL',
        `${this.path}: model ${identifier} version ${version} failed on a run: ${messageOf(error).trim()}`,
        { cause: error },
      );
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle?.();
    }
  }

  /** Frees the session when its last run has ended; no run may be started afterwards. Idempotent. */
  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    await this.#session.release();
  }
}

function createSession(file: ModelFile): Promise<InferenceSession> {
  return InferenceSession.create(file.bytes, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: FATAL,
    extra: {
      session: {
        intra_op: { allow_spinning: '0' },
        inter_op: { allow_spinning: '0' },
        model_external_initializers_file_folder_path: file.folder,
      },
    },
  });
}

/** The runtime checks that type, data and dimensions belong together. */
function toTensor({ type, data, dims }: TensorValue): Tensor {
  return new Tensor(type as 'float64', data as Float64Array, dims);
}

function valueInfo(value: InferenceSession.ValueMetadata): ValueInfo {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: null, shape: [] };
}

function producer({ producerName, producerVersion, irVersion, opsets }: ModelProto): string {
  const sets = [...opsets].map(([domain, version]) => `${domain} ${version}`).join(', ');
  return `${producerName === '' ? 'an unknown exporter' : `${producerName} ${producerVersion}`.trim()}, IR version ${irVersion}, operator sets ${sets}`;
}
