/**
 * What must not change anything for the others: the order of samples within what is allowed, how they come in batches, definitions
 * and lines that have nothing to do with each other, a clock that is wrong. By the bytes that are handed on.
 */
import type { Definition, SampleColumns } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WindowEngine, type DeliveryRule } from '../src/index.ts';
import {
  batches,
  definition,
  dictionary,
  otherIds,
  parameters,
  range,
  samples,
} from './arbitraries.ts';
import type { Sample } from './brute-force.ts';
import { CollectingSink, bytesOf } from './collecting-sink.ts';

const DAY_MS = 86_400_000;
const OTHER_LINE = 'eeeeeeee-0000-4000-8000-000000000009';
const several = fc.array(definition, { minLength: 1, maxLength: 3 });
const delivery = fc.constantFrom<DeliveryRule>('one_by_one', 'view');

interface Run {
  readonly definitions: readonly Definition[];
  readonly batches: Iterable<SampleColumns>;
  readonly delivery: DeliveryRule;
  readonly outOfOrderMs?: number;
}

/** What the first `count` definitions hand on, as text; and the engine. */
function run(
  { definitions, batches: pushed, delivery: rule, outOfOrderMs = 2 }: Run,
  count: number,
): { bytes: string[]; engine: WindowEngine } {
  const targets = definitions.map((own) => ({ definition: own, dtype: 'float64' as const }));
  const options = { dictionary, outOfOrderMs, aheadMs: 0, range, delivery: rule };
  const engine = new WindowEngine(targets, options);
  const sink = new CollectingSink(targets, { takesViews: rule === 'view' });
  for (const batch of pushed) {
    engine.push(batch);
    sink.runAll(engine);
  }
  engine.finish();
  sink.runAll(engine);
  const bytes = Array.from({ length: count }, (_, target) =>
    sink.tensors
      .filter((tensor) => tensor.target === target)
      .map(({ end, tensor }) => `${end} ${bytesOf(tensor).toString('hex')}`)
      .join('\n'),
  );
  return { bytes, engine };
}

/** The same definition on another line, over metrics that nobody else asks for. */
function elsewhere(own: Definition): Definition {
  const inputMetricIds = own.inputMetricIds.slice(0, 2).map((_, i) => otherIds[i]!);
  return { ...own, lineId: OTHER_LINE, inputMetricIds };
}

describe('the bytes of the others do not change', { timeout: 600_000 }, () => {
  it('when samples come in another order, none of them late', () => {
    const jittered = fc.tuple(samples, fc.array(fc.nat(10), { minLength: 60, maxLength: 60 }));
    fc.assert(
      fc.property(several, jittered, delivery, (definitions, [drawn, jitter], rule) => {
        const outOfOrderMs = 10;
        const inOrder = drawn.toSorted((a, b) => a.t - b.t);
        const mixed = inOrder
          .map((s, i) => ({ s, at: s.t + jitter[i]! }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ s }) => s);
        const [straight, shuffled] = [inOrder, mixed].map((arrived) =>
          run(
            { definitions, batches: batches(arrived, [7]), delivery: rule, outOfOrderMs },
            definitions.length,
          ),
        );
        expect(shuffled!.bytes).toEqual(straight!.bytes);
        expect(shuffled!.engine.samples().dropped_late).toBe(0);
      }),
      parameters,
    );
  });

  it('when batches are split and merged', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(several, samples, sizes, delivery, (definitions, arrived, split, rule) => {
        const [whole, parts] = [[20], split].map((own) =>
          run({ definitions, batches: batches(arrived, own), delivery: rule }, definitions.length),
        );
        expect(parts!.bytes).toEqual(whole!.bytes);
        expect(parts!.engine.samples()).toEqual(whole!.engine.samples());
        expect(parts!.engine.windows()).toEqual(whole!.engine.windows());
      }),
      parameters,
    );
  });

  it('when definitions are added: on another line, or over the same metrics', () => {
    fc.assert(
      fc.property(several, several, samples, delivery, (definitions, more, arrived, rule) => {
        const asked = definitions.flatMap((own) => own.inputMetricIds);
        const added = more.flatMap((own) => [
          elsewhere(own),
          { ...own, inputMetricIds: asked.slice(0, 1) },
        ]);
        const [alone, together] = [definitions, [...definitions, ...added]].map((own) =>
          run(
            { definitions: own, batches: batches(arrived, [7]), delivery: rule },
            definitions.length,
          ),
        );
        expect(together!.bytes).toEqual(alone!.bytes);
      }),
      parameters,
    );
  });

  it('when a line stands still', () => {
    fc.assert(
      fc.property(several, definition, samples, delivery, (definitions, own, arrived, rule) => {
        const [alone, together] = [definitions, [...definitions, elsewhere(own)]].map((all) =>
          run(
            { definitions: all, batches: batches(arrived, [7]), delivery: rule },
            definitions.length,
          ),
        );
        expect(together!.bytes).toEqual(alone!.bytes);
        expect(together!.engine.lines.at(-1)!.counter.snapshot().received).toBe(0);
      }),
      parameters,
    );
  });

  it("when another line's clock is a day ahead, or behind", () => {
    const offset = fc.constantFrom(DAY_MS, -DAY_MS);
    fc.assert(
      fc.property(
        several,
        definition,
        samples,
        samples,
        offset,
        delivery,
        (definitions, own, arrived, others, offsetMs, rule) => {
          const odd = others.map((s, i): Sample => ({
            id: otherIds[i % 2]!,
            t: s.t + offsetMs,
            v: s.v,
          }));
          const mixed = arrived.flatMap((s, i) => (i < odd.length ? [s, odd[i]!] : [s]));
          const alone = run(
            { definitions, batches: batches(arrived, [7]), delivery: rule },
            definitions.length,
          );
          const together = run(
            {
              definitions: [...definitions, elsewhere(own)],
              batches: batches(mixed, [7]),
              delivery: rule,
            },
            definitions.length,
          );
          expect(together.bytes).toEqual(alone.bytes);
          const [first] = together.engine.lines;
          expect(first!.counter.snapshot()).toEqual(alone.engine.lines[0]!.counter.snapshot());
        },
      ),
      parameters,
    );
  });
});
