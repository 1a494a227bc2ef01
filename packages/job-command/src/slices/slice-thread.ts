/** A thread that runs slices, from the side of who asks it. */
import { Worker } from 'node:worker_threads';
import { WindrowError } from '@windrow/core';
import type { JobProgress, Slice, SliceFiles, SliceRecord, SliceRunner } from '@windrow/pipeline';
import type { SliceReply, SliceRequest, SliceThreadSetting } from './slice-messages.ts';

/** Beside this file, with its suffix: sources and built files run alike. */
const SOURCE = new URL('./slice-worker.ts', import.meta.url);
const isBuilt = import.meta.url.endsWith('.js');
const ENTRY = isBuilt ? new URL(SOURCE.href.replace(/\.ts$/, '.js')) : SOURCE;
/** A worker finds the sources of other packages only if it is told to, as the process was. */
const EXEC_ARGV: readonly string[] = isBuilt ? [] : ['--conditions=windrow-source'];

interface Waiting {
  readonly onProgress: (progress: JobProgress) => void;
  readonly resolve: (record: SliceRecord) => void;
  readonly reject: (error: Error) => void;
}

export class SliceThread implements SliceRunner {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #waiting: Waiting | null = null;
  /** Why no more can be asked. */
  #lost: Error | null = null;

  constructor(index: number, setting: SliceThreadSetting) {
    this.#worker = new Worker(ENTRY, {
      name: `windrow-slices-${index}`,
      workerData: setting,
      execArgv: [...EXEC_ARGV],
    });
    let reason = '';
    this.#worker.on('message', (reply: SliceReply) => this.#take(reply));
    this.#worker.on('error', (error) => {
      reason = `: ${error instanceof Error ? error.message : String(error)}`;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    this.#worker.on('exit', (code) => {
      this.#lost = new Error(`slice worker ${index} ended with exit code ${code}${reason}`);
      this.#waiting?.reject(this.#lost);
      this.#waiting = null;
      resolve();
    });
  }

  run(
    slice: Slice,
    files: SliceFiles,
    onProgress: (progress: JobProgress) => void,
  ): Promise<SliceRecord> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      this.#waiting = { onProgress, resolve, reject };
      this.#ask({ kind: 'run', slice, files });
    });
  }

  /** Asks it to end, and waits for that: a thread that is ended from outside takes the process with it. */
  async stop(): Promise<void> {
    if (this.#lost === null) this.#ask({ kind: 'stop' });
    await this.#exited;
  }

  #ask(request: SliceRequest): void {
    this.#worker.postMessage(request, []);
  }

  #take(reply: SliceReply): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    if (reply.kind === 'progress') {
      waiting.onProgress(reply.progress);
      return;
    }
    this.#waiting = null;
    if (reply.kind === 'done') waiting.resolve(reply.record);
    else waiting.reject(faultOf(reply));
  }
}

function faultOf({ code, message }: SliceReply & { readonly kind: 'failed' }): Error {
  return code === null ? new Error(message) : new WindrowError(code, message);
}
