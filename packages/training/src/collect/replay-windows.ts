/**
 * The windows as the stream scored them first: samples one by one in order of arrival through the live engine, with its
 * watermark and lateness. Late data do not leak into these windows, since they had not come.
 */
import { MetricDictionary, type SampleBatch } from '@windrow/core';
import { WindowEngine, neededRange } from '@windrow/windowing';
import type { TensorForm } from '../tensor-form.ts';
import { inOrderOfArrival } from './arrival-order.ts';
import type { CollectedWindows, PassOptions } from './collect-windows.ts';
import { WindowRecords } from './collected-windows.ts';
import { WindowCollector, type CollectOptions } from './window-collector.ts';

export interface ReplayOptions {
  /** How far a line's watermark stays behind its latest sample, ms. */
  readonly outOfOrderMs: number;
  /** Column with the time of arrival (ms); null: rows arrived in their order, and the clock of arrival is not known. */
  readonly arrivalColumn: string | null;
  /** A line that is silent for longer has its watermark moved by the clock of arrival, ms. */
  readonly idleAfterMs: number;
  /** Samples that lie further in the future than this when they arrive are quarantined, ms. */
  readonly maxFutureMs: number;
}

/** Rows that arrived within a second are pushed at once: no watermark moves by the clock in between. */
const CLOCK_MS = 1000;
const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
const SHOWN_MAX = 20;

export async function replayWindows(
  form: TensorForm,
  pass: PassOptions,
  keep: Omit<CollectOptions, 'range'>,
  options: ReplayOptions,
): Promise<CollectedWindows> {
  const records = new WindowRecords(form, await pass.spill.create());
  const collector = new WindowCollector(form, records, { ...keep, range: pass.range });
  const dictionary = MetricDictionary.of(form.definitions.flatMap((d) => d.inputMetricIds));
  const engine = new WindowEngine(collector.targets, {
    dictionary,
    outOfOrderMs: options.outOfOrderMs,
    aheadMs: 0,
    range: ALL,
  });
  const run = async (): Promise<void> => {
    while (!engine.run(collector)) await collector.drain(true);
  };
  // Samples after the range move the watermark past its end, as they did in production.
  const { startMs } = neededRange(collector.targets, pass.range);
  const arrivals = inOrderOfArrival(pass, {
    dictionary,
    range: { startMs, endMs: Number.POSITIVE_INFINITY },
    arrivalColumn: options.arrivalColumn,
  });
  for await (const batch of arrivals.batches) {
    pass.signal.throwIfAborted();
    for (const { part, nowMs } of byClock(batch)) {
      if (nowMs !== null) {
        engine.tick(nowMs, options.idleAfterMs);
        await run();
      }
      engine.push(part, nowMs === null ? {} : { nowMs, futureMs: nowMs + options.maxFutureMs });
      await run();
    }
  }
  engine.finish();
  await run();
  await collector.drain(true);
  collector.finish();
  const samples = engine.samples();
  const { letters } = arrivals;
  return {
    records,
    counts: collector.counts,
    refused: collector.refused,
    samples: {
      ...samples,
      received: samples.received + letters.count,
      quarantined: samples.quarantined + letters.count,
    },
    deadLetters: letters.first.slice(0, SHOWN_MAX),
  };
}

/** The rows of a batch by second of arrival, in their order; as one where the clock is not known. */
function* byClock(
  batch: SampleBatch,
): Generator<{ readonly part: SampleBatch; readonly nowMs: number | null }> {
  const { arrivalsMs } = batch;
  if (arrivalsMs === undefined) {
    yield { part: batch, nowMs: null };
    return;
  }
  for (let from = 0, to = 0; from < batch.length; from = to) {
    const second = Math.floor(arrivalsMs[from]! / CLOCK_MS);
    while (to < batch.length && Math.floor(arrivalsMs[to]! / CLOCK_MS) === second) to++;
    const part = {
      dictionary: batch.dictionary,
      length: to - from,
      slots: batch.slots.subarray(from, to),
      timestampsMs: batch.timestampsMs.subarray(from, to),
      values: batch.values.subarray(from, to),
    };
    yield { part, nowMs: second * CLOCK_MS };
  }
}
