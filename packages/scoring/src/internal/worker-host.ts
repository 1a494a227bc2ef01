/**
 * Sessions in a worker thread. A worker that dies is replaced by the next request to load a model; whatever it had to answer fails
 * with `WorkerLost`.
 */
import { Worker } from 'node:worker_threads';
import { WindrowError } from '@windrow/core';
import type { ModelInfo } from '../model-info.ts';
import type { ModelFile } from '../model-store.ts';
import type { TensorValue } from '../tensor-value.ts';
import type { HostedModel, ModelHost, RunResult } from './model-host.ts';
import { turnReportsOff } from './turn-reports-off.ts';
import type { WorkerAnswers, WorkerReply, WorkerRequest } from './worker-messages.ts';
import { WorkerLost } from './worker-lost.ts';

/** Beside this file, with its suffix: sources and built files run alike. */
const SOURCE = new URL('./score-worker.ts', import.meta.url);
const isBuilt = import.meta.url.endsWith('.js');
const ENTRY = isBuilt ? new URL(SOURCE.href.replace(/\.ts$/, '.js')) : SOURCE;
/** A worker finds the sources of other packages only if it is told to, as the process was. */
const EXEC_ARGV: readonly string[] = isBuilt ? [] : ['--conditions=windrow-source'];

export interface WorkerHostOptions {
  /** For messages. */
  readonly index: number;
  /** Another file to start workers with; null: Windrow's own. */
  readonly entry: URL | null;
  /** A worker died: its sessions are gone. */
  readonly onLost: (message: string) => void;
}

interface Waiting {
  readonly resolve: (answer: WorkerAnswers[keyof WorkerAnswers]) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerHost implements ModelHost {
  readonly isApart = true;
  readonly #options: WorkerHostOptions;
  #thread: Thread | null = null;
  #models = 0;

  constructor(options: WorkerHostOptions) {
    this.#options = options;
  }

  async load(file: ModelFile): Promise<HostedModel> {
    const thread = (this.#thread ??= this.#start());
    const model = this.#models++;
    const info = await thread.ask({ kind: 'load', model, file });
    return new WorkerModel(thread, model, info);
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.stop();
  }

  #start(): Thread {
    const { index, entry, onLost } = this.#options;
    const thread: Thread = new Thread(index, entry ?? ENTRY, (message) => {
      if (this.#thread === thread) this.#thread = null;
      onLost(message);
    });
    return thread;
  }
}

/** A worker from its start to its end. */
class Thread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** In the order of the requests. */
  #waiting: Waiting[] = [];
  #isStopping = false;
  /** Why no more can be asked. */
  #lost: WorkerLost | null = null;

  constructor(index: number, entry: URL, onLost: (message: string) => void) {
    let reason = '';
    turnReportsOff();
    this.#worker = new Worker(entry, {
      name: `windrow-scoring-${index}`,
      execArgv: [...EXEC_ARGV],
    });
    this.#worker.on('message', (reply: WorkerReply) => this.#take(reply));
    this.#worker.on('error', (error) => {
      reason = `: ${error.message}`;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    this.#worker.on('exit', (code) => {
      const message = `scoring worker ${index} ended with exit code ${code}${reason}`;
      this.#lost = new WorkerLost(message);
      if (!this.#isStopping || this.#waiting.length > 0) onLost(message);
      for (const { reject } of this.#waiting) reject(this.#lost);
      this.#waiting = [];
      resolve();
    });
  }

  ask<K extends WorkerRequest['kind']>(
    request: WorkerRequest & { readonly kind: K },
  ): Promise<WorkerAnswers[K]> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      this.#waiting.push({
        resolve: (answer) => resolve(answer as WorkerAnswers[K]),
        reject,
      });
      this.#worker.postMessage(request, []);
    });
  }

  /** Asks it to end, and waits for that: a thread that is ended from outside takes the process with it. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.ask({ kind: 'stop' }).catch(() => {});
    await this.#exited;
  }

  #take(reply: WorkerReply): void {
    const { resolve, reject } = this.#waiting.shift()!;
    if (reply.isWell) {
      resolve(reply.answer);
    } else {
      const { code, message } = reply.fault;
      reject(code === null ? new Error(message) : new WindrowError(code, message));
    }
  }
}

class WorkerModel implements HostedModel {
  readonly identity: ModelInfo['identity'];
  readonly path: string;
  readonly inputs: ModelInfo['inputs'];
  readonly outputs: ModelInfo['outputs'];
  readonly metadata: ModelInfo['metadata'];
  readonly #thread: Thread;
  readonly #model: number;
  #released: Promise<void> | null = null;

  constructor(thread: Thread, model: number, info: ModelInfo) {
    this.identity = info.identity;
    this.path = info.path;
    this.inputs = info.inputs;
    this.outputs = info.outputs;
    this.metadata = info.metadata;
    this.#thread = thread;
    this.#model = model;
  }

  run(
    feeds: Readonly<Record<string, TensorValue>>,
    outputs: readonly string[],
  ): Promise<RunResult> {
    return this.#thread.ask({ kind: 'run', model: this.#model, feeds, outputs });
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  /** A thread that is lost took the session with it. */
  async #release(): Promise<void> {
    try {
      await this.#thread.ask({ kind: 'release', model: this.#model });
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
    }
  }
}
