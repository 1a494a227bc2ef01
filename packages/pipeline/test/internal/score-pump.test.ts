/** The pump between an engine and a scorer that takes views. */
import {
  MetricDictionary,
  SampleColumns,
  checkDefinitions,
  type ScoreBatch,
  type Scorer,
  type ScoringTarget,
} from '@windrow/core';
import { WindowEngine } from '@windrow/windowing';
import { expect, it } from 'vitest';
import { PhaseClock } from '../../src/internal/phase-clock.ts';
import { ScorePump } from '../../src/internal/score-pump.ts';

const METRIC = '00000000-0000-4000-8000-000000000001';
const [definition] = checkDefinitions(
  [
    {
      where: 'entry 1',
      value: {
        input_metric_ids: [METRIC],
        window_size_s: 4,
        step_size_s: 1,
        line_id: METRIC,
        model_identifier: 'sum',
        model_version: null,
        output_metric_id: METRIC,
        output_device_id: METRIC,
        output_machine_id: METRIC,
        output_metric_name: '',
      },
    },
  ],
  'test',
);
const model = { identifier: 'sum', version: 1, sha256: '' };
const target: ScoringTarget = { definition: definition!, model, dtype: 'float64' };

/** Adds up each window where it lies, at the next drain. */
function summing(): { scorer: Scorer; drains: boolean[] } {
  const drains: boolean[] = [];
  let lent: { endMs: number; tensor: Float64Array | Float32Array } | null = null;
  const scorer: Scorer = {
    targets: [target],
    reserve: () => expect.unreachable('every window is lent'),
    commit: () => expect.unreachable('every window is lent'),
    views: {
      takes: () => true,
      isBusy: () => lent !== null,
      lend: (_target, endMs, { data, offset }) => {
        lent = { endMs, tensor: data.subarray(offset, offset + 4) };
      },
    },
    drain: async (all, emit) => {
      drains.push(all);
      await Promise.resolve();
      if (lent === null) return;
      const { endMs, tensor } = lent;
      lent = null;
      let sum = 0;
      for (const value of tensor) sum += value;
      emit({
        length: 1,
        targets: Int32Array.of(0),
        windowEndsMs: Float64Array.of(endMs),
        values: Float64Array.of(sum),
        model,
      });
    },
    close: () => Promise.resolve(),
  };
  return { scorer, drains };
}

it('lends one window after the other, and drains no more than it must', async () => {
  const dictionary = MetricDictionary.of([METRIC]);
  const range = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
  const options = { dictionary, outOfOrderMs: 0, aheadMs: 0, range, delivery: 'view' as const };
  const engine = new WindowEngine([target], options);
  const { scorer, drains } = summing();
  const scores: [end: number, value: number][] = [];
  const emit = ({ windowEndsMs, values }: ScoreBatch): void => {
    scores.push([windowEndsMs[0]! / 1000, values[0]!]);
  };
  const pump = new ScorePump(scorer, emit, new PhaseClock(() => 0));
  const batch = new SampleColumns(dictionary, 8);
  for (let s = 0; s < 8; s++) batch.push(0, s * 1000, s);
  engine.push(batch);
  await pump.run(engine);
  // The last one is still lent; batches that fill up would go on being filled.
  expect(scores).toEqual([
    [4, 6],
    [5, 10],
    [6, 14],
  ]);
  expect(drains).toEqual([false, false, false]);
  expect(pump.waiting).toBe(4);
  await pump.flush();
  expect(scores.at(-1)).toEqual([7, 18]);
  expect(pump.waiting).toBe(0);
});
