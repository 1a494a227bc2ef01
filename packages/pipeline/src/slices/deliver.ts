/** Hands the predictions of all slices, put together, to the sinks, and notes what cannot be taken back. */
import type { DeadLetter, Sink } from '@windrow/core';
import type { OpenSink } from '../open-job.ts';
import { assembleLetters, assemblePredictions, type Assembly } from './assemble.ts';

export interface Delivery extends Assembly {
  readonly outputs: readonly OpenSink[];
  readonly deadLetters: Sink<readonly DeadLetter[]> | null;
  /** Told how many predictions are written so far. */
  readonly onProgress: (predictions: number) => void;
}

/**
 * Writes everything; committing is left to who opened the sinks.
 * @returns the outputs that are to be committed: those that were not complete before
 */
export async function deliver(delivery: Delivery): Promise<OpenSink[]> {
  const { folder, slices, outputs, deadLetters, onProgress } = delivery;
  const open = outputs.filter(({ sink }) => Number.isFinite(folder.delivered(sink.uri)));
  const times = Math.max(-1, ...slices.map(({ timeIndex }) => timeIndex)) + 1;
  let written = 0;
  for (let time = 0; time < times; time++) {
    const waiting = open.filter(({ sink }) => folder.delivered(sink.uri) <= time);
    for await (const batch of assemblePredictions(delivery, time)) {
      for (const { sink } of waiting) await sink.write(batch);
      written += batch.length;
      onProgress(written);
    }
    for (const { sink, takes } of waiting) {
      if (takes === 'stepwise') await folder.noteDelivered(sink.uri, time + 1);
    }
  }
  if (deadLetters !== null) await assembleLetters(delivery, deadLetters);
  return open;
}
