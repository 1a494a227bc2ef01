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

/** One metric, cells of 1 ms, windows of `cells` every cell. */
function oneMetric(cells: number, fill: Definition['fill'], layout: Definition['layout']): Definition {
  const [drawn] = fc.sample(definition, { numRuns: 1, seed: 1 });
  return {
    ...drawn!,
    ...{ inputMetricIds: [dictionary.text(0), dictionary.text(1)], resolutionMs: 1, stepMs: 1 },
    ...{ windowMs: cells, aggregate: 'last', fill, allowMissing: true, minCoverage: 0 },
    ...{ allowedLatenessMs: 50, layout },
  };
}

it.each([
  ['channel_major', { method: 'last', maxAgeMs: 3 }],
  ['channel_major', { method: 'linear', maxGapMs: 4 }],
  ['time_major', { method: 'last', maxAgeMs: 3 }],
  ['time_major', { method: 'linear', maxGapMs: 4 }],
] as const)('crawls for longer than its buffer, with gaps and late samples: %s, %o', (layout, fill) => {
  const arrived: Sample[] = [];
  for (let t = 0; t < 400; t++) {
    for (const slot of [0, 1]) {
      const isGap = (t * (slot + 3)) % 11 < 3;
      if (!isGap) arrived.push({ id: dictionary.text(slot), t, v: t + slot / 10 });
      if (t % 17 === 0) arrived.push({ id: dictionary.text(slot), t: t - 4, v: -t });
    }
  }
  const targets = [{ definition: oneMetric(7, fill, layout), dtype: 'float64' as const }];
  const work = { targets, later: targets, arrived, outOfOrderMs: 2, cut: 10_000, isRestored: false };
  const copied = run(work, 'by_the_hundred', { sizes: [20], room: 1000 });
  const viewed = run(work, 'view', { sizes: [20], room: 1000 });
  expect(listed(viewed.sink)).toEqual(listed(copied.sink));
  expect(listed(viewed.rest)).toEqual(listed(copied.rest));
  expect(viewed.sink.lent).toBeGreaterThan(300);
});
