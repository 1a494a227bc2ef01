/**
 * A job takes its first part of a snapshot before it has seen a sample. The part after it then lacked samples that came on time: what had
 * changed was counted from where samples are taken without a further look, and before the first sample that is nowhere. The live
 * job's simulation found it: after a restart windows were filled where there had been samples.
 */
import { MetricDictionary, SampleColumns, type Definition } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { WindowEngine, type WindowTarget } from '../../src/index.ts';
import { CollectingSink } from '../collecting-sink.ts';

/** The first line of a snapshot is written as a whole in its second part, so it takes two to see it; and two metrics each. */
const METRICS = Array.from({ length: 4 }, (_, n) => `aaaaaaaa-0000-4000-8000-00000000000${n}`);

const definitions = [0, 1].map((line): Definition => ({
  inputMetricIds: METRICS.slice(2 * line, 2 * line + 2),
  windowMs: 3000,
  stepMs: 3000,
  resolutionMs: 1000,
  lineId: `bbbbbbbb-0000-4000-8000-00000000000${line}`,
  modelIdentifier: 'model',
  modelVersion: null,
  outputMetricId: `cccccccc-0000-4000-8000-00000000000${line}`,
  outputDeviceId: 'dddddddd-0000-4000-8000-000000000000',
  outputMachineId: 'dddddddd-0000-4000-8000-000000000001',
  outputMetricName: 'predicted',
  aggregate: 'last',
  fill: { method: 'none' },
  allowMissing: true,
  minCoverage: 0,
  allowedLatenessMs: 0,
  layout: 'channel_major',
  inputName: null,
  outputName: null,
}));

const targets = definitions.map((definition): WindowTarget => ({ definition, dtype: 'float64' }));

function engineOf(): { readonly engine: WindowEngine; readonly dictionary: MetricDictionary } {
  const dictionary = MetricDictionary.of(METRICS);
  const range = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
  const options = { dictionary, outOfOrderMs: 2000, aheadMs: 0, range };
  return { engine: new WindowEngine(targets, options), dictionary };
}

describe('a part before the first sample', () => {
  it('is followed by one with all that came since', () => {
    const before = engineOf();
    const parts = [before.engine.snapshot()];
    const batch = new SampleColumns(before.dictionary, 12);
    for (const second of [0, 1, 2]) {
      for (const slot of METRICS.keys()) batch.push(slot, second * 1000, 100 * slot + second);
    }
    const sink = new CollectingSink(targets);
    before.engine.push(batch);
    sink.runAll(before.engine);
    parts.push(before.engine.snapshot());

    const after = engineOf();
    after.engine.restore(parts);
    const restored = new CollectingSink(targets);
    after.engine.finish();
    restored.runAll(after.engine);
    expect(restored.tensors.map(({ tensor }) => [...tensor])).toEqual([
      [0, 1, 2, 100, 101, 102],
      [200, 201, 202, 300, 301, 302],
    ]);
  });
});
