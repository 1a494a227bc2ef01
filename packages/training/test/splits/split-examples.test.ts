import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PURGED, splitExamples, type SplitColumns } from '../../src/splits/split-examples.ts';
import { parseSplit } from '../../src/splits/split-spec.ts';

/** Windows of 3 s that end at these seconds; each knows of `reachS` after its end. */
function columns(endsS: readonly number[], reachS = 0, lines?: readonly number[]): SplitColumns {
  const endsMs = Float64Array.from(endsS, (s) => s * 1000);
  return {
    length: endsS.length,
    lines: Int32Array.from(lines ?? endsS.map(() => 0)),
    startsMs: endsMs.map((ms) => ms - 3000),
    endsMs,
    reachesMs: endsMs.map((ms) => ms + reachS * 1000),
    group: () => '',
  };
}

const TEN = '1970-01-01T00:00:10Z';
const seconds = (...s: readonly number[]): readonly number[] => s;

describe('splits by time', () => {
  it.each([
    {
      what: 'an end on the boundary is before it; windows across are purged',
      //   9  10 | 11  12  13
      ends: seconds(9, 10, 11, 12, 13, 14),
      of: [0, 0, PURGED, PURGED, 1, 1],
    },
    {
      what: 'a window that begins on the boundary is after it',
      ends: seconds(12.999, 13),
      of: [PURGED, 1],
    },
    {
      what: 'an embargo keeps windows from beginning too soon',
      ends: seconds(10, 13, 14.999, 15, 16),
      embargoS: 2,
      of: [0, PURGED, PURGED, 1, 1],
    },
    {
      what: 'a target behind the boundary purges the window before it',
      ends: seconds(7, 8, 9, 10, 13),
      reachS: 2,
      of: [0, 0, PURGED, PURGED, 1],
    },
  ])('$what', ({ ends, embargoS, reachS, of }) => {
    const examples = columns(ends, reachS);
    const options = { embargoMs: (embargoS ?? 0) * 1000, seed: 0 };
    const splits = splitExamples(examples, parseSplit(`time:${TEN}`), options);
    expect([...splits.of]).toEqual(of);
    expect(splits.purged).toBe(of.filter((split) => split === PURGED).length);
    expect(splits.boundariesMs).toEqual([10_000]);
  });

  it('give shares of the examples', () => {
    // Ends so far apart that nothing is purged.
    const ends = Array.from({ length: 20 }, (_, i) => i * 10);
    const splits = splitExamples(columns(ends), parseSplit('time:0.7/0.15/0.15'), {
      embargoMs: 0,
      seed: 0,
    });
    const counts = [0, 1, 2].map((split) => splits.of.filter((own) => own === split).length);
    expect(counts).toEqual([14, 3, 3]);
  });

  it('chain forward: every fold trains on what was before', () => {
    const ends = Array.from({ length: 12 }, (_, i) => i * 10);
    const splits = splitExamples(columns(ends), parseSplit('forward:2'), { embargoMs: 0, seed: 0 });
    expect([...splits.of]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect(splits.folds).toEqual([
      { train: ['block-0'], test: ['block-1'] },
      { train: ['block-0', 'block-1'], test: ['block-2'] },
    ]);
  });

  it('of nothing are empty', () => {
    for (const spec of ['none', 'time:0.8/0.2', 'group:line', 'forward:3']) {
      const splits = splitExamples(columns([]), parseSplit(spec), { embargoMs: 0, seed: 0 });
      expect(splits.of).toHaveLength(0);
    }
  });
});

describe('splits by group', () => {
  const options = { embargoMs: 0, seed: 1 };

  it('keep groups whole, and the same for every order of the examples', () => {
    const groups = Array.from({ length: 30 }, (_, i) => `product ${i % 6}`);
    const ends = groups.map((_, i) => i * 10);
    const spec = parseSplit('group:product:0.5/0.5');
    const examples = { ...columns(ends), group: (i: number) => groups[i]! };
    const splits = splitExamples(examples, spec, options);
    for (const [i, split] of splits.of.entries()) {
      expect(['train', 'test'][split]).toBe(splits.groups[groups[i]!]);
    }
    expect(splits.of.filter((split) => split === 0)).toHaveLength(15);
    const reversed = { ...columns(ends.toReversed()), group: (i: number) => groups[29 - i]! };
    expect(splitExamples(reversed, spec, options).groups).toEqual(splits.groups);
    const seeds = [0, 1, 2, 3, 4].map((seed) =>
      JSON.stringify(splitExamples(examples, spec, { embargoMs: 0, seed }).groups),
    );
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  it('purge the later of two windows that overlap on one line, and only there', () => {
    //   a: 0..3          b: 2..5 (overlaps)    b: 3..6 (touches)
    const groups = ['a', 'b', 'b'];
    const spec = parseSplit('group:product:0.5/0.5');
    const on = (lines: readonly number[], embargoMs: number) =>
      splitExamples({ ...columns([3, 5, 6], 0, lines), group: (i) => groups[i]! }, spec, {
        embargoMs,
        seed: 1,
      }).of.map((split) => (split === PURGED ? PURGED : 0));
    expect([...on([0, 0, 0], 0)]).toEqual([0, PURGED, 0]);
    expect([...on([0, 0, 0], 1)]).toEqual([0, PURGED, PURGED]);
    expect([...on([0, 1, 1], 0)]).toEqual([0, 0, 0]);
  });
});

describe('whatever the split', () => {
  it('what is kept in two splits is never closer on one line than the embargo', () => {
    const example = fc.record({
      end: fc.integer({ min: 0, max: 60 }),
      line: fc.integer({ min: 0, max: 1 }),
      group: fc.constantFrom('a', 'b', 'c'),
    });
    const specs = fc.constantFrom(
      'time:0.5/0.5',
      'time:0.6/0.2/0.2',
      'group:g:0.5/0.5',
      'forward:3',
    );
    fc.assert(
      fc.property(
        fc.array(example, { maxLength: 40 }),
        specs,
        fc.integer({ min: 0, max: 9 }),
        (all, spec, embargo) => {
          const base = columns(
            all.map(({ end }) => end),
            1,
            all.map(({ line }) => line),
          );
          const examples = { ...base, group: (i: number) => all[i]!.group };
          const { of } = splitExamples(examples, parseSplit(spec), {
            embargoMs: embargo * 1000,
            seed: 0,
          });
          for (let a = 0; a < all.length; a++) {
            for (let b = 0; b < all.length; b++) {
              if (of[a] === PURGED || of[b] === PURGED || of[a] === of[b]) continue;
              if (all[a]!.line !== all[b]!.line || base.endsMs[a]! > base.endsMs[b]!) continue;
              const gap = base.startsMs[b]! - base.reachesMs[a]!;
              expect(gap).toBeGreaterThanOrEqual(spec.startsWith('group') ? embargo * 1000 : 0);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
