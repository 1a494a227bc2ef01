/**
 * A worker's thread: holds sessions and runs them, one request after the other.
 *
 * Rows come in shared memory, which the runtime refuses, and are copied into the worker's own. It ends by itself when it is asked to
 * stop: ending a thread from outside during a run ends the process.
 */
import { hrtime } from 'node:process';
import { parentPort } from 'node:worker_threads';
import { WindrowError, assert, messageOf } from '@windrow/core';
import type { TensorData, TensorValue } from '../tensor-value.ts';
import type { HostedModel } from './model-host.ts';
import { ThisThreadHost } from './this-thread-host.ts';
import type { WorkerAnswers, WorkerReply, WorkerRequest } from './worker-messages.ts';

assert(parentPort !== null, 'a worker has a parent');
const port = parentPort;
const models = new Map<number, HostedModel>();
// The head of a thread has no caller to give it a clock.
const host = new ThisThreadHost(() => Number(hrtime.bigint()) / 1e6);
let scratch = new ArrayBuffer(0);
let last: Promise<void> = Promise.resolve();

port.on('message', (request: WorkerRequest) => {
  last = last.then(async () => port.postMessage(await reply(request)));
  if (request.kind === 'stop') last = last.then(() => port.close());
});

async function reply(request: WorkerRequest): Promise<WorkerReply> {
  try {
    return { isWell: true, answer: await answer(request) };
  } catch (error) {
    const code = error instanceof WindrowError ? error.code : null;
    return { isWell: false, fault: { code, message: messageOf(error) } };
  }
}

async function answer(request: WorkerRequest): Promise<WorkerAnswers[keyof WorkerAnswers]> {
  switch (request.kind) {
    case 'load': {
      const model = await host.load(request.file);
      models.set(request.model, model);
      const { identity, path, inputs, outputs, metadata } = model;
      return { identity, path, inputs, outputs, metadata };
    }
    case 'run': {
      const feeds = mapData(request.feeds, own);
      const { outputs, ms } = await modelOf(request.model).run(feeds, request.outputs);
      for (const { data } of Object.values(request.feeds)) giveBack(data);
      // Plain data: the runtime's tensors do not survive the way.
      return { outputs: mapData(outputs, (data) => data), ms };
    }
    case 'release': {
      await modelOf(request.model).release();
      models.delete(request.model);
      return null;
    }
    case 'stop': {
      for (const model of models.values()) await model.release();
      return null;
    }
  }
}

function modelOf(id: number): HostedModel {
  const model = models.get(id);
  assert(model !== undefined, `model ${id} is loaded here`);
  return model;
}

function mapData(
  tensors: Readonly<Record<string, TensorValue>>,
  act: (data: TensorData) => TensorData,
): Readonly<Record<string, TensorValue>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => [
      name,
      { type, dims, data: act(data) },
    ]),
  );
}

/** Memory that came with a request is this thread's own, and not left to a collection: it would lie between the sessions. */
function giveBack(data: TensorData): void {
  if (!Array.isArray(data) && data.buffer instanceof ArrayBuffer) data.buffer.transfer(0);
}

/** Rows, the one feed in shared memory, go to the scratch; it is free again when the run is over. */
function own(data: TensorData): TensorData {
  if (Array.isArray(data) || !(data.buffer instanceof SharedArrayBuffer)) return data;
  const isDouble = data instanceof Float64Array;
  assert(isDouble || data instanceof Float32Array, 'rows are float64 or float32');
  if (scratch.byteLength < data.byteLength) scratch = new ArrayBuffer(2 * data.byteLength);
  const copy = isDouble
    ? new Float64Array(scratch, 0, data.length)
    : new Float32Array(scratch, 0, data.length);
  copy.set(data);
  return copy;
}
