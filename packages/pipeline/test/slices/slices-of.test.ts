/** Where cuts lie, and what the slices between them read: every window once, every sample that it needs. */
import { checkDefinitions, lookbackCells, type Definition, type SourceSplit } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseCuts, type CutRequest } from '../../src/slices/choose-cuts.ts';
import { homeRange, readBySlices, slicesOf } from '../../src/slices/slices-of.ts';

const id = (i: number): string => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;

function definitionsOf(
  lines: number,
  windowS = 300,
  stepS = 60,
  inputs = 2,
): readonly Definition[] {
  return checkDefinitions(
    Array.from({ length: lines }, (_, i) => ({
      where: `entry ${i}`,
      value: {
        input_metric_ids: Array.from({ length: inputs }, (__, c) => id(1000 + c)),
        window_size_s: windowS,
        step_size_s: stepS,
        line_id: id(i),
        model_identifier: 'm',
        model_version: null,
        output_metric_id: id(100_000 + i),
        output_device_id: id(1),
        output_machine_id: id(1),
        output_metric_name: 'n',
      },
    })),
    'the test',
  );
}

const HOUR = 3_600_000;
/** A source that reads each split as a whole. */
const WHOLE = { narrows: false, inParts: false };
const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

/** Row groups of one file, an hour each. */
function hourly(hours: number, rowCount = 1_000_000): SourceSplit[] {
  return Array.from({ length: hours }, (_, i) => ({
    sequence: 0,
    name: `row group ${i}`,
    sizeBytes: rowCount * 4,
    rowCount,
    minMs: i * HOUR,
    maxMs: (i + 1) * HOUR - 1000,
  }));
}

const request = (more: Partial<CutRequest>): CutRequest => ({
  definitions: definitionsOf(3),
  range: ALL,
  splits: hourly(100),
  narrows: false,
  workers: 1,
  sliceSamples: null,
  shard: null,
  ...more,
});

describe('cuts', () => {
  it('a small run is one slice', () => {
    expect(chooseCuts(request({ splits: hourly(1) })).cutsMs).toEqual([]);
    expect(chooseCuts(request({ splits: hourly(1), workers: 8 })).cutsMs).toEqual([]);
  });

  it('lie where row groups begin', () => {
    const { cutsMs } = chooseCuts(request({}));
    expect(cutsMs.length).toBeGreaterThan(3);
    for (const cut of cutsMs) expect(Math.min(cut % HOUR, HOUR - (cut % HOUR))).toBeLessThan(1001);
  });

  it('keep workers busy, evenly, but not by reading much twice', () => {
    expect(chooseCuts(request({ splits: hourly(10), workers: 4 })).cutsMs).toHaveLength(3);
    expect(chooseCuts(request({ workers: 4 })).cutsMs.length % 4).toBe(3);
    // Windows of eight hours: cut in ten, nearly everything would be read twice.
    const long = definitionsOf(1, 8 * 3600, 600);
    expect(chooseCuts(request({ definitions: long, workers: 4 })).cutsMs.length).toBeLessThan(2);
  });

  it('are none where times are not known, unless the source narrows', () => {
    const [first] = hourly(1, 500_000_000);
    const unknown = [{ ...first!, minMs: null, maxMs: null }];
    expect(chooseCuts(request({ splits: unknown })).cutsMs).toEqual([]);
    const range = { afterMs: 0, untilMs: 100 * HOUR };
    const narrowed = chooseCuts(request({ splits: unknown, narrows: true, range }));
    expect(narrowed.cutsMs.length).toBeGreaterThan(10);
  });

  it('are none where each split lies in all of the time', () => {
    const streams = hourly(50).map((split) => ({ ...split, minMs: 0, maxMs: 50 * HOUR - 1 }));
    expect(chooseCuts(request({ splits: streams, workers: 4 })).cutsMs).toEqual([]);
    const asked = chooseCuts(request({ splits: streams, sliceSamples: 10_000_000 }));
    expect(asked.cutsMs).toHaveLength(4);
  });

  it('lines whose cells do not fit in memory are divided', () => {
    const many = definitionsOf(600, 3600, 60, 25);
    const { groups } = chooseCuts(request({ definitions: many }));
    expect(groups.length).toBeGreaterThan(1);
    expect(groups.flat()).toEqual(Array.from({ length: 600 }, (_, i) => i));
  });

  it('shards of a closed range agree, whatever each of them finds', () => {
    const range = { afterMs: 5 * HOUR, untilMs: 65 * HOUR };
    const ends = [2, 3].flatMap((found) =>
      [0, 1, 2].map((index) => {
        const shard = { index, count: 3 };
        return chooseCuts(request({ range, shard, splits: hourly(20 * found) })).range;
      }),
    );
    expect(ends.slice(0, 3)).toEqual(ends.slice(3));
    expect(ends[0]).toEqual({ afterMs: 5 * HOUR, untilMs: 25 * HOUR });
    expect(ends[2]).toEqual({ afterMs: 45 * HOUR, untilMs: 65 * HOUR });
  });
});

const cases = fc.record({
  hours: fc.integer({ min: 1, max: 60 }),
  rowCount: fc.integer({ min: 1000, max: 3_000_000 }),
  lines: fc.integer({ min: 1, max: 5 }),
  windowS: fc.integer({ min: 1, max: 5000 }),
  stepS: fc.integer({ min: 1, max: 500 }),
  workers: fc.integer({ min: 1, max: 5 }),
  sliceSamples: fc.option(fc.integer({ min: 300_000, max: 20_000_000 })),
  shards: fc.integer({ min: 1, max: 5 }),
  range: fc.option(
    fc.tuple(fc.integer({ min: -HOUR, max: 30 * HOUR }), fc.integer({ min: 1, max: 60 * HOUR })),
  ),
});

describe('slices', () => {
  it('over all shards, each window end is in one slice, which reads what the window needs', () => {
    fc.assert(
      fc.property(cases, ({ hours, rowCount, lines, windowS, stepS, range, ...more }) => {
        const definitions = definitionsOf(lines, windowS, stepS);
        const splits = hourly(hours, rowCount);
        const whole = range === null ? ALL : { afterMs: range[0], untilMs: range[0] + range[1] };
        let beforeMs = whole.afterMs;
        for (let index = 0; index < more.shards; index++) {
          const shard = more.shards === 1 ? null : { index, count: more.shards };
          const cuts = chooseCuts(request({ ...more, definitions, splits, range: whole, shard }));
          const slices = slicesOf(cuts, { definitions, splits, ...WHOLE });
          for (const [i, slice] of slices.entries()) {
            expect(slice.index).toBe(i);
            // Adjacent, so that each end belongs to one.
            expect(slice.range.afterMs).toBe(beforeMs);
            expect(slice.range.untilMs).toBeGreaterThanOrEqual(beforeMs);
            beforeMs = slice.range.untilMs;
            expectNeeded(slice, definitions[0]!, splits);
          }
          for (const split of splits) {
            const first = slices.flatMap((s) =>
              s.splits!.filter((x) => x.split === split && x.isFirst),
            );
            expect(first.length).toBeLessThan(2);
          }
        }
        expect(beforeMs).toBe(whole.untilMs);
      }),
      { numRuns: 100 },
    );
  });

  it('of all shards together expect to read what there is, and what cuts make read twice', () => {
    // Streams of a table: each lies in all of the time that was asked for.
    const range = { afterMs: 0, untilMs: 100 * HOUR };
    const splits = hourly(10).map((split) => ({ ...split, minMs: 0, maxMs: 100 * HOUR - 1 }));
    const definitions = definitionsOf(1, 300, 60);
    const each = [0, 1, 2, 3].map((index) => {
      const shard = { index, count: 4 };
      const cuts = chooseCuts(
        request({ definitions, splits, range, narrows: true, shard, sliceSamples: 1_000_000 }),
      );
      return slicesOf(cuts, { definitions, splits, narrows: true, inParts: true });
    });
    const all = each.flat();
    expect(all.length).toBeGreaterThan(8);
    const { rows, sizeBytes } = readBySlices(all);
    const twice = ((all.length - 1) * 300_000) / (100 * HOUR);
    expect(rows! / 10_000_000).toBeCloseTo(1 + twice, 3);
    expect(sizeBytes / 40_000_000).toBeCloseTo(1 + twice, 3);
    expect(readBySlices(each[0]!).rows! / 2_500_000).toBeCloseTo(1, 1);
  });

  it('samples are at home in one slice', () => {
    const cuts = { range: { afterMs: 0, untilMs: 30 }, cutsMs: [10, 20], groups: [[0], [1]] };
    const slices = slicesOf(cuts, { definitions: definitionsOf(2), splits: [], ...WHOLE });
    expect(slices.map((slice) => homeRange(slice, cuts.range))).toEqual([
      { startMs: Number.NEGATIVE_INFINITY, endMs: 10 },
      null,
      { startMs: 10, endMs: 20 },
      null,
      { startMs: 20, endMs: Number.POSITIVE_INFINITY },
      null,
    ]);
    expect(slices.map(({ targets }) => targets)).toEqual([[0], [1], [0], [1], [0], [1]]);
  });
});

/** No split that holds a sample of one of the slice's windows is left out. */
function expectNeeded(
  slice: ReturnType<typeof slicesOf>[number],
  definition: Definition,
  splits: readonly SourceSplit[],
): void {
  const { afterMs, untilMs } = slice.range;
  const reachMs = definition.windowMs + lookbackCells(definition) * definition.resolutionMs;
  const firstEnd = (Math.floor(afterMs / definition.stepMs) + 1) * definition.stepMs;
  const read = new Set(slice.splits!.map(({ split }) => split));
  const missing = splits.filter(
    (split) =>
      !read.has(split) &&
      firstEnd <= untilMs &&
      split.maxMs! >= firstEnd - reachMs &&
      split.minMs! < untilMs,
  );
  expect(missing).toEqual([]);
}
