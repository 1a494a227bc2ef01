/** Definitions and arrivals at random, for properties of the engine: few ids, short cells, values that collide. */
import {
  AGGREGATES,
  MetricDictionary,
  SampleColumns,
  type Definition,
  type Fill,
} from '@windrow/core';
import * as fc from 'fast-check';
import type { Sample } from './brute-force.ts';

const ids: readonly string[] = ['a', 'b', 'c'].map(
  (x) => `${x.repeat(8)}-0000-4000-8000-000000000000`,
);
const line = 'ffffffff-0000-4000-8000-000000000000';

const fill: fc.Arbitrary<Fill> = fc.oneof(
  fc.record({ method: fc.constant('last' as const), maxAgeMs: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ method: fc.constant('linear' as const), maxGapMs: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ method: fc.constant('constant' as const), value: fc.constantFrom(-1, 0, 7.5) }),
  fc.constant({ method: 'none' as const }),
);

export const definition: fc.Arbitrary<Definition> = fc
  .record({
    inputs: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 3 }),
    cells: fc.integer({ min: 1, max: 8 }),
    stepCells: fc.integer({ min: 1, max: 6 }),
    resolutionMs: fc.constantFrom(1, 3, 5),
    aggregate: fc.constantFrom(...AGGREGATES),
    fill,
    allowMissing: fc.boolean(),
    minCoverage: fc.constantFrom(0, 0, 0.5, 1),
    latenessMs: fc.constantFrom(0, 0, 4, 25),
    timeMajor: fc.boolean(),
  })
  .map((d) => ({
    inputMetricIds: d.inputs,
    windowMs: d.cells * d.resolutionMs,
    stepMs: d.stepCells * d.resolutionMs,
    resolutionMs: d.resolutionMs,
    lineId: line,
    modelIdentifier: 'm',
    modelVersion: null,
    outputMetricId: line,
    outputDeviceId: line,
    outputMachineId: line,
    outputMetricName: 'out',
    aggregate: d.aggregate,
    fill: d.fill,
    allowMissing: d.allowMissing,
    minCoverage: d.minCoverage,
    allowedLatenessMs: d.latenessMs,
    layout: d.timeMajor ? 'time_major' : 'channel_major',
    inputName: null,
    outputName: null,
  }));

/** Mostly forward, with steps back, repeats and now and then a leap; values from few, so that they collide. */
export const samples: fc.Arbitrary<Sample[]> = fc
  .tuple(
    fc.constantFrom(-40, 0, 1_000_000),
    fc.array(
      fc.record({
        id: fc.constantFrom(...ids),
        by: fc.oneof(
          { weight: 8, arbitrary: fc.integer({ min: -3, max: 4 }) },
          { weight: 2, arbitrary: fc.integer({ min: -45, max: 3 }) },
          { weight: 1, arbitrary: fc.constantFrom(60, 200) },
        ),
        v: fc.constantFrom(-0, 0, 1, 1.5, -2, 3e-9, 1e16),
      }),
      { minLength: 1, maxLength: 60 },
    ),
  )
  .map(([start, steps]) => {
    let now = start;
    return steps.map(({ id, by, v }) => {
      now += Math.max(by, 0);
      return { id, t: by < 0 ? now + by : now, v };
    });
  });

/** Ids that no arbitrary draws. */
export const otherIds: readonly string[] = ['d', 'e'].map(
  (x) => `${x.repeat(8)}-0000-4000-8000-000000000000`,
);
/** All ids. */
export const dictionary: MetricDictionary = MetricDictionary.of([...ids, ...otherIds]);
/** Every window. */
export const range = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

/** `WINDROW_RUNS` sets the number of runs. */
export const parameters: { readonly numRuns: number } = {
  numRuns: Number(process.env['WINDROW_RUNS'] ?? 300),
};

/** The samples in batches of these sizes, over and over. */
export function* batches(
  arrived: readonly Sample[],
  sizes: readonly number[],
): Generator<SampleColumns> {
  for (let i = 0, n = 0; i < arrived.length; n++) {
    const batch = new SampleColumns(dictionary, 20);
    const size = sizes[n % sizes.length]!;
    for (; i < arrived.length && batch.length < size; i++) {
      batch.push(dictionary.intern(arrived[i]!.id), arrived[i]!.t, arrived[i]!.v);
    }
    yield batch;
  }
}
