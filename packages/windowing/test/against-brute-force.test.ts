/**
 * The engine against the brute-force model, live: any definitions, order, duplicates, gaps, batch splits and room in the
 * sink. `WINDROW_RUNS` sets the number of runs, `WINDROW_SEED` the seed.
 */
import { HEADINGS } from '@windrow/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  PaneStage,
  WindowEngine,
  WindowStage,
  type PaneSink,
  type WindowTarget,
} from '../src/index.ts';
import { batches, definition, dictionary, parameters, range, samples } from './arbitraries.ts';
import { bruteForceHeadings } from './brute-force-headings.ts';
import { bruteForce, type Sample } from './brute-force.ts';
import { CollectingSink, tensorsOf } from './collecting-sink.ts';
import { stateBytesMax } from './state-bytes.ts';

const arrivals = [
  fc.array(definition, { minLength: 1, maxLength: 3 }),
  samples,
  fc.constantFrom(0, 2, 10),
  fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
  fc.integer({ min: 1, max: 4 }),
] as const;
/** Whether tensors are lent as views, and after how many samples the engine is replaced by one that is restored. */
const circumstances = [fc.boolean(), fc.option(fc.nat(60))] as const;

it(
  'hands on the same tensors and gives the same headings, whatever the batch split',
  { timeout: 600_000 },
  () => {
    fc.assert(
      fc.property(
        ...arrivals,
        ...circumstances,
        (definitions, arrived, outOfOrderMs, sizes, room, isView, cut) => {
          const expected = bruteForce(definitions, arrived, outOfOrderMs);
          const headings = bruteForceHeadings(definitions, arrived, outOfOrderMs);
          const targets = definitions.map((d) => ({ definition: d, dtype: 'float64' as const }));
          const delivery = isView ? ('view' as const) : ('one_by_one' as const);
          const options = { dictionary, outOfOrderMs, aheadMs: 0, range, delivery };
          let engine = new WindowEngine(targets, options);
          const sink = new CollectingSink(targets, { room, takesViews: isView });
          const parts: Uint8Array[] = [];
          let pushed = 0;
          for (const batch of batches(arrived, sizes)) {
            engine.push(batch);
            sink.runAll(engine);
            pushed += batch.length;
            const counts = engine.samples();
            const counted = HEADINGS.reduce((sum, heading) => sum + counts[heading], 0);
            expect([counts.received, counted]).toEqual([pushed, pushed]);
            const limits = { batchRows: 20, samples: pushed };
            expect(engine.sizeBytes).toBeLessThanOrEqual(
              stateBytesMax(engine.plan, outOfOrderMs, limits),
            );
            if (cut === null || pushed < cut) continue;
            parts.push(engine.snapshot());
            engine = new WindowEngine(targets, options);
            engine.restore(parts);
          }
          engine.finish();
          sink.runAll(engine);
          for (const target of definitions.keys()) {
            const own = expected.filter((tensor) => tensor.target === target);
            expect(tensorsOf(sink, target)).toEqual(
              own.map(({ end, tensor }) => ({ end, tensor })),
            );
          }
          const counts = engine.samples();
          for (const verdict of [
            'unrouted',
            'applied',
            'superseded',
            'duplicate',
            'dropped_late',
          ] as const) {
            const own = headings.filter((heading) => heading === verdict);
            expect([verdict, counts[verdict]]).toEqual([verdict, own.length]);
          }
        },
      ),
      parameters,
    );
  },
);

/** Hands each message on as it comes; takes one, and then no more until it is asked to run again. */
class OneByOne implements PaneSink {
  full = false;
  readonly #take: (message: Uint8Array) => void;

  constructor(take: (message: Uint8Array) => void) {
    this.#take = take;
  }

  write(message: Uint8Array): void {
    this.full = true;
    this.#take(message);
  }
}

function runTwoStages(
  targets: readonly WindowTarget[],
  work: {
    arrived: readonly Sample[];
    outOfOrderMs: number;
    sizes: readonly number[];
    room: number;
    isView: boolean;
  },
): { sink: CollectingSink; first: PaneStage; second: WindowStage } {
  const delivery = work.isView ? ('view' as const) : ('one_by_one' as const);
  const options = { dictionary, outOfOrderMs: work.outOfOrderMs, aheadMs: 0, range, delivery };
  const first = new PaneStage(targets, options);
  const second = new WindowStage(targets, options);
  const sink = new CollectingSink(targets, { room: work.room, takesViews: work.isView });
  const panes = new OneByOne((message) => {
    second.push(message);
    sink.runAll(second);
  });
  const runAll = (): void => {
    while (!first.run(panes)) panes.full = false;
  };
  for (const batch of batches(work.arrived, work.sizes)) {
    first.push(batch);
    runAll();
  }
  first.finish();
  runAll();
  return { sink, first, second };
}

it('does the same in two stages with encoded panes between them', { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(
      ...arrivals,
      fc.boolean(),
      (definitions, arrived, outOfOrderMs, sizes, room, isView) => {
        const targets = definitions.map((d) => ({ definition: d, dtype: 'float64' as const }));
        const engine = new WindowEngine(targets, { dictionary, outOfOrderMs, aheadMs: 0, range });
        const whole = new CollectingSink(targets);
        for (const batch of batches(arrived, [20])) {
          engine.push(batch);
          whole.runAll(engine);
        }
        engine.finish();
        whole.runAll(engine);
        const { sink, first, second } = runTwoStages(targets, {
          arrived,
          outOfOrderMs,
          sizes,
          room,
          isView,
        });
        for (const target of definitions.keys()) {
          expect(tensorsOf(sink, target)).toEqual(tensorsOf(whole, target));
        }
        expect(first.samples()).toEqual(engine.samples());
        expect(second.windows()).toEqual(engine.windows());
      },
    ),
    parameters,
  );
});
