/**
 * The engine against the brute-force model, live: any definitions, order, duplicates, gaps, batch splits and room in the
 * sink. `WINDROW_RUNS` sets the number of runs, `WINDROW_SEED` the seed.
 */
import {
  AGGREGATES,
  MetricDictionary,
  SampleColumns,
  type Definition,
  type Fill,
} from '@windrow/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { WindowEngine } from '../src/index.ts';
import { bruteForce, type Sample } from './brute-force.ts';
import { CollectingSink } from './collecting-sink.ts';

const ids = ['a', 'b', 'c'].map((x) => `${x.repeat(8)}-0000-4000-8000-000000000000`);
const line = 'ffffffff-0000-4000-8000-000000000000';

const fill: fc.Arbitrary<Fill> = fc.oneof(
  fc.record({ method: fc.constant('last' as const), maxAgeMs: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ method: fc.constant('linear' as const), maxGapMs: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ method: fc.constant('constant' as const), value: fc.constantFrom(-1, 0, 7.5) }),
  fc.constant({ method: 'none' as const }),
);

const definition: fc.Arbitrary<Definition> = fc
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
const samples: fc.Arbitrary<Sample[]> = fc
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

it(
  'hands on the same tensors and gives the same headings, whatever the batch split',
  { timeout: 600_000 },
  () => {
    const runs = Number(process.env['WINDROW_RUNS'] ?? 300);
    const seed = process.env['WINDROW_SEED'];
    fc.assert(
      fc.property(
        fc.array(definition, { minLength: 1, maxLength: 3 }),
        samples,
        fc.constantFrom(0, 2, 10),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        (definitions, arrived, outOfOrderMs, splits, room) => {
          const expected = bruteForce(definitions, arrived, outOfOrderMs);
          const dictionary = MetricDictionary.of(ids);
          const targets = definitions.map((d) => ({ definition: d, dtype: 'float64' as const }));
          const engine = new WindowEngine(targets, {
            dictionary,
            outOfOrderMs,
            aheadMs: 0,
            range: { afterMs: -Infinity, untilMs: Infinity },
          });
          const sink = new CollectingSink(targets, room);
          for (let i = 0, n = 0; i < arrived.length; n++) {
            const batch = new SampleColumns(dictionary, 20);
            const size = splits[n % splits.length]!;
            for (; i < arrived.length && batch.length < size; i++) {
              batch.push(dictionary.intern(arrived[i]!.id), arrived[i]!.t, arrived[i]!.v);
            }
            engine.push(batch);
            sink.runAll(engine);
          }
          engine.finish();
          sink.runAll(engine);
          const byTarget = (target: number): unknown => [
            sink.tensors
              .filter((x) => x.target === target)
              .map(({ end, tensor }) => ({ end, tensor: [...tensor] })),
          ];
          const expectedByTarget = (target: number): unknown => [
            expected.emitted
              .filter((x) => x.target === target)
              .map(({ end, tensor }) => ({ end, tensor })),
          ];
          for (const target of definitions.keys())
            expect(byTarget(target)).toEqual(expectedByTarget(target));
          const counts = engine.samples();
          for (const verdict of [
            'unrouted',
            'applied',
            'superseded',
            'duplicate',
            'dropped_late',
          ] as const) {
            expect([verdict, counts[verdict]]).toEqual([
              verdict,
              expected.verdicts.filter((v) => v === verdict).length,
            ]);
          }
        },
      ),
      { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
  },
);
