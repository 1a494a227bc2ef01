/** What only time brings about: lines that fall silent, a clock that runs ahead, and what the engine says of it. */
import { SampleColumns } from '@windrow/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { WindowEngine, explain } from '../src/index.ts';
import { CollectingSink } from './collecting-sink.ts';
import { options, targets } from './seam/lines.ts';

const { dictionary } = options;
const START = 1_700_000_000_000;
const WALL = 1_800_000_000_000;

describe('a live engine', () => {
  let engine: WindowEngine;
  let sink: CollectingSink;
  beforeEach(() => {
    engine = new WindowEngine(targets, options);
    sink = new CollectingSink(targets);
  });

  function arrive(
    slot: number,
    rows: readonly (readonly [second: number, value: number])[],
    nowMs: number,
  ): void {
    const batch = new SampleColumns(dictionary, rows.length);
    for (const [second, value] of rows) batch.push(slot, START + second * 1000, value);
    engine.push(batch, { nowMs });
    sink.runAll(engine);
  }

  /** Two metrics of the first line, a minute of them. */
  function minute(from: number, nowMs: number): void {
    const rows = Array.from({ length: 60 }, (_, s) => [from + s, s] as const);
    arrive(0, rows, nowMs);
    arrive(1, rows, nowMs);
  }

  it('judges the last window of a line that fell silent, when the clock has gone far enough', () => {
    minute(0, WALL);
    const last = (): number => Math.max(...sink.tensors.map(({ end }) => end));
    // The watermark is 3 s behind the latest sample, at 59 s: the window that ends at 60 s is not due.
    expect(last()).toBeLessThanOrEqual(START + 56_000);
    engine.tick(WALL + 30_000, 30_000);
    sink.runAll(engine);
    expect(last()).toBeLessThanOrEqual(START + 56_000);
    engine.tick(WALL + 30_001, 30_000);
    sink.runAll(engine);
    // 56 s + 30 s of silence.
    expect(engine.lines[0]!.watermarkMs).toBe(START + 86_001);
    expect(last()).toBeGreaterThanOrEqual(START + 60_000);
    expect(engine.lines[1]!.watermarkMs).toBe(Number.NEGATIVE_INFINITY);
  });

  it('counts the silence of a restored line from the first tick on', () => {
    minute(0, WALL);
    const restored = new WindowEngine(targets, options);
    restored.restore([engine.snapshot()]);
    restored.tick(WALL + 999_000, 30_000);
    sink.runAll(restored);
    expect(restored.lines[0]!.watermarkMs).toBe(START + 56_000);
    restored.tick(WALL + 999_000 + 31_000, 30_000);
    sink.runAll(restored);
    expect(restored.lines[0]!.watermarkMs).toBe(START + 56_000 + 31_000);
  });

  it('quarantines the future, which moves no watermark, and leaves other lines alone', () => {
    minute(0, WALL);
    const day = new SampleColumns(dictionary, 1);
    day.push(0, START + 86_400_000, 1);
    engine.push(day, { nowMs: WALL, futureMs: START + 300_000 });
    sink.runAll(engine);
    expect(engine.samples().quarantined).toBe(1);
    expect(engine.lines[0]!.watermarkMs).toBe(START + 56_000);
  });

  it('explains how late samples came, and what lateness would have kept them', () => {
    minute(0, WALL);
    minute(120, WALL + 120_000);
    // 100 s behind the latest: the windows of 60 and 30 s (lateness 40) that need it are closed.
    arrive(0, [[79 - 60, 5]], WALL + 121_000);
    const { lines, sharing, stateBytes } = explain(engine, dictionary, WALL + 141_000);
    const [line] = lines;
    expect(engine.samples().dropped_late).toBe(1);
    expect(line!.samples.dropped_late).toBe(1);
    expect(line!.wouldHaveBeenKept.map(({ count }) => count)).toEqual([1]);
    expect(line!.disorder.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(60);
    expect(line!.watermark).toEqual({
      atMs: START + 176_000,
      latestMs: START + 179_000,
      lastArrivalMs: WALL + 121_000,
      movedMs: WALL + 120_000,
      heldBy:
        'the latest sample, of 2023-11-14T22:16:19.000Z, less 3 s; none is later since 2027-01-15T08:02:00.000Z (21 s ago), though samples come: their clock has gone back, or one had run ahead',
    });
    expect(line!.windows.map(({ shape, delivery }) => [shape, delivery.kind])).toEqual([
      [[2, 60], 'gather'],
      [[2, 30], 'gather'],
    ]);
    expect(line!.windows.map(({ windows }) => windows)).toEqual(engine.windows().slice(0, 2));
    expect(line!.tracks.map((track) => track.windows.length)).toEqual([1, 1, 1, 1]);
    expect(sharing).toEqual({ tracks: 12, uses: 12 });
    expect(stateBytes).toBe(engine.sizeBytes);
    expect(lines[2]!.watermark).toEqual({
      atMs: null,
      latestMs: null,
      lastArrivalMs: null,
      movedMs: null,
      heldBy: 'nothing: no sample has come, and nobody waits',
    });
  });

  it('says what a watermark waits for', () => {
    const heldBy = (nowMs: number): string =>
      explain(engine, dictionary, nowMs).lines[0]!.watermark.heldBy;
    minute(0, WALL);
    expect(heldBy(WALL + 5000)).toBe(
      'the latest sample, of 2023-11-14T22:14:19.000Z, less 3 s; none is later since 2027-01-15T08:00:00.000Z (5 s ago)',
    );
    expect(heldBy(WALL + 20_000)).toMatch(/\(20 s ago\), as the line is silent$/);
    engine.tick(WALL + 40_000, 30_000);
    sink.runAll(engine);
    expect(heldBy(WALL + 40_000)).toBe(
      'the clock, as the line is silent since 2027-01-15T08:00:00.000Z (40 s ago)',
    );
  });
});
