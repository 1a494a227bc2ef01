/**
 * A thread's own side: opens models and source once, and runs the slices that it is asked for, one after the other. It ends by itself
 * when it is asked to stop: ending a thread from outside while a model runs ends the process.
 */
import { hrtime } from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { WindrowError, assert, messageOf, type ErrorCode } from '@windrow/core';
import { SpillFolder } from '@windrow/io';
import { OpenJob, runSlice, type JobProgress } from '@windrow/pipeline';
import { sourcesIn } from '../source-factories.ts';
import type { SliceReply, SliceRequest, SliceThreadSetting } from './slice-messages.ts';

const PROGRESS_EVERY_MS = 100;

assert(parentPort !== null, 'a worker has a parent');
const port = parentPort;
const setting = workerData as SliceThreadSetting;
// The head of a thread has no caller to give it a clock.
const nowMs = (): number => Number(hrtime.bigint()) / 1e6;
const spill = new SpillFolder();
let job: OpenJob | null = null;
let last: Promise<void> = Promise.resolve();

port.on('message', (request: SliceRequest) => {
  last = last.then(() => work(request));
});

async function work(request: SliceRequest): Promise<void> {
  if (request.kind === 'run') post(await answer(request));
  else await stop();
}

function post(reply: SliceReply): void {
  port.postMessage(reply, []);
}

async function answer(request: SliceRequest & { readonly kind: 'run' }): Promise<SliceReply> {
  try {
    job ??= await openJob();
    const { source, scorer, dictionary } = job;
    const { range, strict } = setting;
    const bench = { source, scorer, dictionary, range, strict, spill, nowMs };
    const record = await runSlice(request.slice, bench, request.files, paced(postProgress));
    return { kind: 'done', record };
  } catch (error) {
    const code: ErrorCode | null = error instanceof WindrowError ? error.code : null;
    return { kind: 'failed', code, message: messageOf(error) };
  }
}

async function openJob(): Promise<OpenJob> {
  const { definitions, modelSha256, models, source, env } = setting;
  const opened = await OpenJob.open({
    definitions,
    models,
    source,
    sinks: [],
    deadLetters: null,
    factories: sourcesIn({ note: () => undefined, env }),
    log: undefined,
    nowMs,
  });
  for (const [i, { model }] of opened.scorer.targets.entries()) {
    if (model.sha256 === modelSha256[i]) continue;
    await opened.close();
    throw new WindrowError(
      'MODEL',
      `${model.identifier} / ${model.version}: found SHA-256 ${model.sha256}, expected ${modelSha256[i]}: the model was changed while the run was going on; run it again with --fresh`,
    );
  }
  return opened;
}

function postProgress(progress: JobProgress): void {
  post({ kind: 'progress', progress });
}

function paced(tell: (progress: JobProgress) => void): (progress: JobProgress) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = nowMs();
    if (now - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = now;
    tell(progress);
  };
}

async function stop(): Promise<void> {
  await job?.close();
  await spill.close();
  port.close();
}
