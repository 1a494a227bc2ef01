/**
 * Tensors that lie ready against tensors that are copied: the same bytes, in the same order, for whatever comes: gaps, late samples,
 * repeats, batch splits, views that are read for long, definitions that change, snapshots.
 */
import type { Definition } from '@windrow/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { WindowEngine, type DeliveryRule, type WindowTarget } from '../../src/index.ts';
import { batches, definition, dictionary, parameters, range, samples } from '../arbitraries.ts';
import type { Sample } from '../brute-force.ts';
import { CollectingSink, bytesOf } from '../collecting-sink.ts';

const dtype = fc.constantFrom('float64' as const, 'float32' as const);
const several = fc.array(fc.tuple(definition, dtype), { minLength: 1, maxLength: 3 });

interface Run {
  readonly targets: readonly WindowTarget[];
  readonly later: readonly WindowTarget[];
  readonly arrived: readonly Sample[];
  readonly outOfOrderMs: number;
  readonly cut: number;
  readonly isRestored: boolean;
}

/** What an engine hands on: with other definitions from `cut` on, or in an engine that is restored there. */
function run(
  { targets, later, arrived, outOfOrderMs, cut, isRestored }: Run,
  delivery: DeliveryRule,
  { sizes, room }: { readonly sizes: readonly number[]; readonly room: number },
): { sink: CollectingSink; rest: CollectingSink } {
  const options = { dictionary, outOfOrderMs, aheadMs: 0, range, delivery };
  let engine = new WindowEngine(targets, options);
  const takesViews = delivery === 'view';
  const sink = new CollectingSink(targets, { room, takesViews });
  for (const batch of batches(arrived.slice(0, cut), sizes)) {
    engine.push(batch);
    sink.runAll(engine);
  }
  // The view that was lent last is read until now, and samples came since.
  sink.drain();
  if (isRestored) {
    const part = engine.snapshot();
    engine = new WindowEngine(targets, options);
    engine.restore([part]);
  } else {
    engine.redefine(later);
  }
  const rest = new CollectingSink(isRestored ? targets : later, { room, takesViews });
  for (const batch of batches(arrived.slice(cut), sizes)) {
    engine.push(batch);
    rest.runAll(engine);
  }
  engine.finish();
  rest.runAll(engine);
  return { sink, rest };
}

function listed({ tensors }: CollectingSink): string[] {
  return tensors
    .map(({ target, end, tensor }, i) => ({ target, i, end, hex: bytesOf(tensor).toString('hex') }))
    .toSorted((a, b) => a.target - b.target || a.i - b.i)
    .map(({ target, end, hex }) => `${target} ${end} ${hex}`);
}

it('gives the bytes of copied tensors', { timeout: 600_000 }, () => {
  let lent = 0;
  fc.assert(
    fc.property(
      several,
      several,
      samples,
      fc.constantFrom(0, 2, 10),
      fc.nat(60),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (first, second, arrived, outOfOrderMs, cut, isRestored, sizes, room) => {
        const targetsOf = (drawn: typeof first): WindowTarget[] =>
          drawn.map(([own, type]) => ({ definition: own, dtype: type }));
        const targets = targetsOf(first);
        // Some stay as they are.
        const later = [...targetsOf(second), ...targets.slice(0, 1)];
        const work = { targets, later, arrived, outOfOrderMs, cut, isRestored };
        const copied = run(work, 'by_the_hundred', { sizes: [20], room: 1000 });
        const viewed = run(work, 'view', { sizes, room });
        expect(listed(viewed.sink)).toEqual(listed(copied.sink));
        expect(listed(viewed.rest)).toEqual(listed(copied.rest));
        lent += viewed.sink.lent + viewed.rest.lent;
      },
    ),
    parameters,
  );
  expect(lent).toBeGreaterThan(parameters.numRuns);
});

/** Two metrics, cells of 1 ms, windows that overlap: what crawling is about. */
const crawling = fc
  .record({
    drawn: definition,
    cells: fc.integer({ min: 2, max: 12 }),
    stepCells: fc.constantFrom(1, 1, 2, 3),
    reach: fc.integer({ min: 0, max: 9 }),
    method: fc.constantFrom(
      'last' as const,
      'linear' as const,
      'constant' as const,
      'none' as const,
    ),
    latenessMs: fc.constantFrom(0, 9),
  })
  .map(({ drawn, cells, stepCells, reach, method, latenessMs }): Definition => {
    const fill = {
      last: { method: 'last' as const, maxAgeMs: reach },
      linear: { method: 'linear' as const, maxGapMs: reach },
      constant: { method: 'constant' as const, value: -1 },
      none: { method: 'none' as const },
    }[method];
    return {
      ...drawn,
      ...{ inputMetricIds: [dictionary.text(0), dictionary.text(1)], resolutionMs: 1, fill },
      ...{ windowMs: cells, stepMs: Math.min(stepCells, cells), allowedLatenessMs: latenessMs },
    };
  });

/** A sample of each metric every millisecond, but for some; of those left out some come later. */
const gappy = fc
  .array(fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 0, max: 14 })), {
    minLength: 30,
    maxLength: 90,
  })
  .map((drawn) =>
    drawn.flatMap(([a, b, back], t) => {
      const arrived: Sample[] = [];
      if (a < 6) arrived.push({ id: dictionary.text(0), t, v: t });
      if (b < 6 || t < 3) arrived.push({ id: dictionary.text(1), t, v: -t });
      if (a > 7 && t > 14) arrived.push({ id: dictionary.text(b % 2), t: t - back, v: b });
      return arrived;
    }),
  );

it(
  'gives the bytes of copied tensors, step by step, over gaps that open and close',
  { timeout: 600_000 },
  () => {
    fc.assert(
      fc.property(
        fc.array(crawling, { minLength: 1, maxLength: 2 }),
        gappy,
        fc.constantFrom(0, 3),
        (own, arrived, outOfOrderMs) => {
          const targets = own.map((d) => ({ definition: d, dtype: 'float64' as const }));
          const work = {
            targets,
            later: targets,
            arrived,
            outOfOrderMs,
            cut: 40,
            isRestored: false,
          };
          const copied = run(work, 'by_the_hundred', { sizes: [20], room: 1000 });
          const viewed = run(work, 'view', { sizes: [7], room: 3 });
          expect(listed(viewed.sink)).toEqual(listed(copied.sink));
          expect(listed(viewed.rest)).toEqual(listed(copied.rest));
        },
      ),
      parameters,
    );
  },
);
