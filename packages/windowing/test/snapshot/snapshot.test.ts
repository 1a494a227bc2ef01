/**
 * Snapshots at any point, restored into one engine or several, with the samples after them once more: what an engine that was
 * never stopped hands on. And definitions that change while the engine runs.
 */
import type { Definition, SampleCounts } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SNAPSHOT_PARTS, WindowEngine, type WindowTarget } from '../../src/index.ts';
import { batches, definition, dictionary, parameters, range, samples } from '../arbitraries.ts';
import type { Sample } from '../brute-force.ts';
import { CollectingSink, tensorsOf } from '../collecting-sink.ts';

const options = { dictionary, outOfOrderMs: 2, aheadMs: 0, range };

/** Definitions on up to three lines, which may share metrics. */
const lines = fc
  .array(fc.tuple(definition, fc.nat(2)), { minLength: 1, maxLength: 4 })
  .map((drawn) =>
    drawn.map(([own, line], n): Definition => ({
      ...own,
      lineId: `eeeeeeee-0000-4000-8000-00000000000${line}`,
      outputMetricId: `dddddddd-0000-4000-8000-00000000000${n}`,
    })),
  );

function targetsOf(definitions: readonly Definition[]): WindowTarget[] {
  return definitions.map((own) => ({ definition: own, dtype: 'float64' }));
}

function feed(engine: WindowEngine, sink: CollectingSink, arrived: readonly Sample[]): void {
  for (const batch of batches(arrived, [7])) {
    engine.push(batch);
    sink.runAll(engine);
  }
}

function end(engine: WindowEngine, sink: CollectingSink): void {
  engine.finish();
  sink.runAll(engine);
}

describe('a snapshot', () => {
  it('goes on as if nothing had happened, wherever it was taken', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        lines,
        samples,
        fc.array(fc.tuple(fc.nat(60), fc.boolean()), { maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (definitions, arrived, cuts, isSliced, isRedefined) => {
          const targets = targetsOf(definitions);
          const whole = new WindowEngine(targets, options);
          const expected = new CollectingSink(targets);
          feed(whole, expected, arrived);
          end(whole, expected);

          let engine = new WindowEngine(targets, options);
          const sink = new CollectingSink(targets);
          const parts: Uint8Array[] = [];
          let from = 0;
          for (const [cut, isLost] of cuts.toSorted(([a], [b]) => a - b)) {
            feed(engine, sink, arrived.slice(from, cut));
            from = Math.max(from, Math.min(cut, arrived.length));
            const progress = engine.beginSnapshot();
            if (isSliced) progress.step(1);
            else parts.push(progress.finish());
            // It goes on for a while; where it is lost, so is what it handed on since.
            const ahead = arrived.slice(from, from + 9);
            feed(engine, isLost ? new CollectingSink(targets) : sink, ahead);
            if (isSliced) {
              progress.step(1);
              if (isLost && isRedefined) {
                // A line more, of which nothing is in the part.
                const more = { ...definitions[0]!, lineId: dictionary.text(0) };
                engine.redefine([...targets, ...targetsOf([more])]);
                feed(engine, new CollectingSink([...targets, targets[0]!]), ahead);
              }
              parts.push(progress.finish());
            }
            if (isLost) {
              engine = new WindowEngine(targets, options);
              engine.restore(parts);
            } else {
              from += ahead.length;
            }
          }
          feed(engine, sink, arrived.slice(from));
          end(engine, sink);
          for (const target of definitions.keys()) {
            expect(tensorsOf(sink, target)).toEqual(tensorsOf(expected, target));
          }
          expect(engine.samples()).toEqual(whole.samples());
          expect(engine.windows()).toEqual(whole.windows());
        },
      ),
      parameters,
    );
  });

  it('goes on in two and in three shards', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        lines,
        samples,
        fc.nat(60),
        fc.constantFrom(2, 3),
        (definitions, arrived, cut, shards) => {
          // A sample that several lines take is counted by each shard that has one of them.
          const own = definitions.map((d, n) => ({
            ...d,
            inputMetricIds: [dictionary.text(n % 3)],
            lineId: `eeeeeeee-0000-4000-8000-00000000000${n % 3}`,
          }));
          const targets = targetsOf(own);
          const whole = new WindowEngine(targets, options);
          const expected = new CollectingSink(targets);
          feed(whole, expected, arrived.slice(0, cut));
          const part = whole.snapshot();
          const before = expected.tensors.length;
          feed(whole, expected, arrived.slice(cut));
          end(whole, expected);

          const sinks = new CollectingSink(targets);
          const counts: SampleCounts[] = [];
          for (let shard = 0; shard < shards; shard++) {
            const indices = [...own.keys()].filter((n) => (n % 3) % shards === shard);
            if (indices.length === 0) continue;
            const mine = targetsOf(indices.map((n) => own[n]!));
            const ids = new Set(mine.flatMap((t) => t.definition.inputMetricIds));
            const engine = new WindowEngine(mine, options);
            const sink = new CollectingSink(mine);
            engine.restore([part], shard === 0);
            feed(
              engine,
              sink,
              arrived.slice(cut).filter((s) => ids.has(s.id)),
            );
            end(engine, sink);
            for (const { target, end: endMs, tensor } of sink.tensors) {
              sinks.tensors.push({ target: indices[target]!, end: endMs, tensor });
            }
            counts.push(engine.samples());
          }
          for (const target of own.keys()) {
            const rest = { tensors: expected.tensors.slice(before) };
            expect(tensorsOf(sinks, target)).toEqual(tensorsOf(rest, target));
          }
          const applied = counts.reduce((sum, c) => sum + c.applied, 0);
          expect(applied).toBe(whole.samples().applied);
        },
      ),
      parameters,
    );
  });

  it('keeps the sign of a zero that a late sample changed', () => {
    // JSON has no -0: a restored engine once thought that the window was as before, and a revision was lost.
    //   cell      -35..-30   -30..-25
    //   b         -0 @-32               then +0 @-31, late: the window that ends at -30 was judged and is open
    //   c                    -0 @-28
    const [b, c] = [dictionary.text(1), dictionary.text(2)];
    const targets = targetsOf([
      {
        ...fc.sample(definition, { numRuns: 1, seed: 1 })[0]!,
        ...{ inputMetricIds: [b, c], windowMs: 5, stepMs: 5, resolutionMs: 5, aggregate: 'last' },
        ...{ fill: { method: 'constant', value: -1 }, minCoverage: 0, allowedLatenessMs: 25 },
        layout: 'channel_major',
      },
    ]);
    const engine = new WindowEngine(targets, options);
    feed(engine, new CollectingSink(targets), [
      { id: b, t: -32, v: -0 },
      { id: c, t: -28, v: -0 },
      { id: b, t: -31, v: 0 },
    ]);
    const restored = new WindowEngine(targets, options);
    restored.restore([engine.snapshot()]);
    const sink = new CollectingSink(targets);
    end(restored, sink);
    expect(tensorsOf(sink, 0)).toContainEqual({ end: -30, tensor: [0, -1] });
  });

  it('needs no more than the latest parts', () => {
    const [own] = fc.sample(definition, { numRuns: 1, seed: 5 });
    const targets = targetsOf(
      [0, 1, 2].map((n) => ({
        ...own!,
        lineId: `eeeeeeee-0000-4000-8000-00000000000${n}`,
        inputMetricIds: [dictionary.text(n)],
        windowMs: own!.resolutionMs * 500,
      })),
    );
    const engine = new WindowEngine(targets, options);
    const sink = new CollectingSink(targets);
    const parts: Uint8Array[] = [];
    for (let i = 0; i < 3 * SNAPSHOT_PARTS; i++) {
      // The third line stopped long ago: its cells stand in old parts only, unless they come round.
      const ids = i < 5 ? [0, 1, 2] : [0, 1];
      feed(
        engine,
        sink,
        ids.map((slot) => ({ id: dictionary.text(slot), t: i * own!.resolutionMs, v: i })),
      );
      parts.push(engine.snapshot());
    }
    const restored = new WindowEngine(targets, options);
    restored.restore(parts.slice(-SNAPSHOT_PARTS));
    const [a, b] = [new CollectingSink(targets), new CollectingSink(targets)];
    end(engine, a);
    end(restored, b);
    expect(a.tensors.length).toBeGreaterThan(3);
    for (const target of targets.keys()) expect(tensorsOf(b, target)).toEqual(tensorsOf(a, target));
  });

  it('is refused with any byte damaged, or a part missing', () => {
    const targets = targetsOf(fc.sample(lines, { numRuns: 1, seed: 3 })[0]!);
    const engine = new WindowEngine(targets, options);
    feed(engine, new CollectingSink(targets), fc.sample(samples, { numRuns: 1, seed: 4 })[0]!);
    const parts = [engine.snapshot(), engine.snapshot(), engine.snapshot()];
    for (let i = 0; i < parts[0]!.length; i++) {
      const damaged = parts[0]!.slice();
      damaged[i]! ^= 1 << (i & 7);
      expect(() => new WindowEngine(targets, options).restore([damaged])).toThrow(/snapshot/);
      expect(() => new WindowEngine(targets, options).restore([parts[0]!.subarray(0, i)])).toThrow(
        /snapshot/,
      );
    }
    expect(() => new WindowEngine(targets, options).restore([parts[0]!, parts[2]!])).toThrow(
      /expected 1 too/,
    );
    expect(() => new WindowEngine(targets, options).restore([])).toThrow(/found no part/);
  });
});

const base = fc.sample(definition, { numRuns: 1, seed: 1 })[0]!;
const metric = base.inputMetricIds[0]!;

/** Windows over the last values of one metric, a cell and a step of a second. */
function onMetric(over: Partial<Definition>): Definition {
  return {
    ...base,
    inputMetricIds: [metric],
    aggregate: 'last',
    stepMs: 1000,
    resolutionMs: 1000,
    fill: { method: 'none' },
    allowMissing: false,
    minCoverage: 0,
    allowedLatenessMs: 0,
    ...over,
  };
}

function sampleAt(second: number): Sample {
  return { id: metric, t: second * 1000, v: second };
}

describe('definitions that change while the engine runs', () => {
  it('leave no cells in a snapshot that a ring forgot while it was shorter', () => {
    const short = onMetric({ windowMs: 1000 });
    const both = targetsOf([short, onMetric({ windowMs: 10_000, allowMissing: true })]);
    const engine = new WindowEngine(both, { ...options, outOfOrderMs: 0 });
    const parts = [engine.snapshot()];
    feed(
      engine,
      new CollectingSink(both),
      Array.from({ length: 30 }, (_, i) => sampleAt(i)),
    );
    parts.push(engine.snapshot());
    engine.redefine(targetsOf([short]));
    engine.redefine(both);
    parts.push(engine.snapshot());
    const restored = new WindowEngine(both, { ...options, outOfOrderMs: 0 });
    restored.restore(parts);
    const [a, b] = [engine, restored].map((one) => {
      const sink = new CollectingSink(both);
      feed(one, sink, [sampleAt(30), sampleAt(31)]);
      return sink.tensors;
    });
    expect(b).toEqual(a);
    // Of the ten cells the shorter ring held some.
    const long = a!.find(({ target }) => target === 1)!;
    expect(long.tensor.slice(-1)).toEqual(Float64Array.of(29));
    expect(long.tensor[0]).toBeNaN();
  });

  /**
   *     seconds      1 2 3 4 5 . 7 8 9 10       6        11 12
   *     definition   3 s, all judged up to 10 | 2 s
   */
  it('make nothing of windows from before them, also when a sample comes late', () => {
    const own = (windowMs: number): WindowTarget[] =>
      targetsOf([onMetric({ windowMs, allowedLatenessMs: 60_000 })]);
    const engine = new WindowEngine(own(3000), { ...options, outOfOrderMs: 0 });
    feed(engine, new CollectingSink(own(3000)), [1, 2, 3, 4, 5, 7, 8, 9, 10].map(sampleAt));
    const sink = new CollectingSink(own(2000));
    engine.redefine(own(2000));
    feed(engine, sink, [6, 11, 12].map(sampleAt));
    expect(sink.tensors.map((kept) => kept.end)).toEqual([11_000, 12_000]);
    expect(engine.windows()).toMatchObject([{ windows: 2, complete: 2, empty: 0, incomplete: 0 }]);
  });

  // Parts from before once put cells back into a line that had come back without any, or could not be restored at all.
  it('and are as they were again: what went away is not put back', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        lines,
        samples,
        fc.nat(60),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }),
        (definitions, arrived, cut, steps) => {
          const targets = targetsOf(definitions);
          const engine = new WindowEngine(targets, options);
          const parts = [engine.snapshot()];
          feed(engine, new CollectingSink(targets), arrived.slice(0, cut));
          // 0 is a part of a snapshot, others are what stays of the definitions until they are all back.
          for (const step of steps) {
            if (step === 0) parts.push(engine.snapshot());
            else engine.redefine(targetsOf(definitions.filter((_, n) => (n + 1) % step !== 0)));
          }
          engine.redefine(targets);
          parts.push(engine.snapshot());
          const restored = new WindowEngine(targets, options);
          restored.restore(parts);
          const [a, b] = [new CollectingSink(targets), new CollectingSink(targets)];
          for (const [one, sink] of [
            [engine, a],
            [restored, b],
          ] as const) {
            feed(one, sink, arrived.slice(cut));
            end(one, sink);
          }
          // In what order the last windows of several definitions come is nobody's promise.
          for (const target of targets.keys()) {
            expect(tensorsOf(b, target)).toEqual(tensorsOf(a, target));
          }
        },
      ),
      parameters,
    );
  });

  it(
    'leave the others as they are; a resized window is what it would have been',
    { timeout: 600_000 },
    () => {
      fc.assert(
        fc.property(lines, samples, fc.nat(60), fc.nat(3), (definitions, arrived, cut, which) => {
          const index = which % definitions.length;
          const old = definitions[index]!;
          // Half the window, no lateness: what it needs, the old one held.
          const resized: Definition = {
            ...old,
            windowMs: Math.ceil(old.windowMs / old.resolutionMs / 2) * old.resolutionMs,
            allowedLatenessMs: 0,
          };
          const all = targetsOf([...definitions, resized]);
          const whole = new WindowEngine(all, options);
          const expected = new CollectingSink(all);
          feed(whole, expected, arrived.slice(0, cut));
          const before = expected.tensors.length;
          feed(whole, expected, arrived.slice(cut));
          end(whole, expected);

          const targets = targetsOf(definitions);
          const engine = new WindowEngine(targets, options);
          feed(engine, new CollectingSink(targets), arrived.slice(0, cut));
          // The old one goes, the new one comes first, the others keep their order.
          const others = [...definitions.keys()].filter((n) => n !== index);
          const next = targetsOf([resized, ...others.map((n) => definitions[n]!)]);
          engine.redefine(next);
          const sink = new CollectingSink(next);
          feed(engine, sink, arrived.slice(cut));
          end(engine, sink);
          const rest = { tensors: expected.tensors.slice(before) };
          for (const [target, origin] of [definitions.length, ...others].entries()) {
            expect(tensorsOf(sink, target)).toEqual(tensorsOf(rest, origin));
          }
        }),
        parameters,
      );
    },
  );
});
