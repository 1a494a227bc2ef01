/** Looking at a window: what each number stands on, and that looking changes nothing. */
import type { Definition } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_OBSERVATION, WindowEngine } from '../src/index.ts';
import { batches, definition, dictionary, parameters, range, samples } from './arbitraries.ts';
import type { Sample } from './brute-force.ts';
import { CollectingSink, tensorsOf } from './collecting-sink.ts';

const [first] = fc.sample(definition, { numRuns: 1, seed: 1 });
const [a, b] = [dictionary.text(0), dictionary.text(1)];

function engineOf(over: Partial<Definition>, arrived: readonly Sample[]): WindowEngine {
  const own: Definition = {
    ...first!,
    ...{ inputMetricIds: [a, b], windowMs: 4, stepMs: 2, resolutionMs: 1, aggregate: 'last' },
    ...{ minCoverage: 0, allowMissing: false, allowedLatenessMs: 0, layout: 'channel_major' },
    ...over,
  };
  const targets = [{ definition: own, dtype: 'float64' as const }];
  const engine = new WindowEngine(targets, { dictionary, outOfOrderMs: 0, aheadMs: 0, range });
  const sink = new CollectingSink(targets);
  for (const batch of batches(arrived, [20])) {
    engine.push(batch);
    sink.runAll(engine);
  }
  return engine;
}

/**
 *     ms   0  1  2  3  4
 *     a    1     3  4  9      fills look back over the gap of 1
 *     b       5               nothing after 1
 */
const arrived: Sample[] = [
  { id: a, t: 0, v: 1 },
  { id: b, t: 1, v: 5 },
  { id: a, t: 2, v: 3 },
  { id: a, t: 3, v: 4 },
  { id: a, t: 4, v: 9 },
];
const none = NO_OBSERVATION;

describe('inspect', () => {
  it('shows the window judged last: numbers, mask and ages', () => {
    const engine = engineOf({ fill: { method: 'last', maxAgeMs: 1 } }, arrived);
    expect(engine.inspect(0)).toEqual({
      windowStartMs: 0,
      windowEndMs: 4,
      verdict: 'incomplete',
      shape: [2, 4],
      tensor: Float64Array.of(1, 1, 3, 4, Number.NaN, 5, 5, Number.NaN),
      observed: Uint8Array.of(1, 0, 1, 1, 0, 1, 0, 0),
      ageCells: Int32Array.of(0, 1, 0, 0, none, 0, 1, none),
      sampleCounts: null,
    });
  });

  it('knows linear fills, constants, and time-major windows', () => {
    const linear = engineOf({ fill: { method: 'linear', maxGapMs: 9 } }, arrived).inspect(0)!;
    expect([...linear.tensor.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    expect([...linear.ageCells]).toEqual([0, 1, 0, 0, none, 0, none, none]);
    const constant = engineOf(
      { fill: { method: 'constant', value: 7 }, layout: 'time_major' },
      arrived,
    ).inspect(0)!;
    expect(constant).toMatchObject({ verdict: 'complete', shape: [4, 2] });
    expect([...constant.tensor]).toEqual([1, 7, 7, 5, 3, 7, 4, 7]);
    expect([...constant.ageCells]).toEqual([0, none, none, 0, 0, none, 0, none]);
  });

  it('counts the samples of a cell where they are kept', () => {
    const more = [...arrived.slice(0, 4), { id: a, t: 3, v: 8 }, { id: a, t: 3, v: 8 }];
    const engine = engineOf({ aggregate: 'sum', fill: { method: 'none' } }, [
      ...more,
      ...arrived.slice(4),
    ]);
    expect([...engine.inspect(0)!.sampleCounts!]).toEqual([1, 0, 1, 2, 0, 1, 0, 0]);
  });

  it('shows the window that is filling up, and none that is gone or never was', () => {
    const engine = engineOf({ fill: { method: 'none' } }, arrived);
    expect(engine.inspect(0, 6)).toMatchObject({ windowEndMs: 6, verdict: 'incomplete' });
    expect(engine.inspect(0, 6)!.observed.subarray(0, 4)).toEqual(Uint8Array.of(1, 1, 1, 0));
    expect(engine.inspect(0, 1_000_000)).toBeNull();
    expect(engine.inspect(0, -1_000_000)).toBeNull();
    expect(engineOf({}, []).inspect(0)).toBeNull();
    expect(() => engine.inspect(1)).toThrow(/expected one of the engine's/);
  });

  it('changes nothing, whenever it looks, and shows what was judged', { timeout: 600_000 }, () => {
    const shown: unknown[] = [];
    const handedOn: unknown[] = [];
    fc.assert(
      fc.property(
        fc.array(definition, { minLength: 1, maxLength: 3 }),
        samples,
        fc.boolean(),
        fc.boolean(),
        (definitions, unsorted, takesViews, isInOrder) => {
          const drawn = isInOrder ? unsorted.toSorted((x, y) => x.t - y.t) : unsorted;
          const targets = definitions.map((d) => ({ definition: d, dtype: 'float64' as const }));
          const run = (looks: boolean): { sink: CollectingSink; engine: WindowEngine } => {
            const delivery = takesViews ? ('view' as const) : ('one_by_one' as const);
            const options = { dictionary, outOfOrderMs: 2, aheadMs: 0, range, delivery };
            const engine = new WindowEngine(targets, options);
            const sink = new CollectingSink(targets, { takesViews });
            for (const batch of batches(drawn, [3])) {
              engine.push(batch);
              sink.runAll(engine);
              if (!looks) continue;
              for (const target of targets.keys()) {
                const last = engine.inspect(target);
                const judged = sink.tensors.findLast((tensor) => tensor.target === target);
                if (isInOrder && last !== null && judged?.end === last.windowEndMs) {
                  shown.push({ verdict: last.verdict, tensor: [...last.tensor] });
                  handedOn.push({ verdict: 'complete', tensor: [...judged.tensor] });
                }
                engine.inspect(target, engine.lines[0]!.watermarkMs + 5);
              }
            }
            engine.finish();
            sink.runAll(engine);
            return { sink, engine };
          };
          const [quiet, looked] = [run(false), run(true)];
          for (const target of targets.keys()) {
            expect(tensorsOf(looked.sink, target)).toEqual(tensorsOf(quiet.sink, target));
          }
          expect(looked.engine.windows()).toEqual(quiet.engine.windows());
        },
      ),
      parameters,
    );
    expect(shown.length).toBeGreaterThan(20);
    expect(shown).toEqual(handedOn);
  });
});
