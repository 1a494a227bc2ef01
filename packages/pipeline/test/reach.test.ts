import { checkDefinitions } from '@windrow/core';
import type { WindowTarget } from '@windrow/windowing';
import { describe, expect, it } from 'vitest';
import { chooseReach } from '../src/reach.ts';

const MIB = 1 << 20;
const BUDGET = 128 * MIB;
const CELL_BYTES = 12;

/** A line of one sensor for each resolution (s). */
function targets(...resolutions: number[]): WindowTarget[] {
  const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const entries = resolutions.map((resolution, i) => ({
    where: `entry ${i + 1}`,
    value: {
      input_metric_ids: [id(i)],
      window_size_s: resolution,
      step_size_s: resolution,
      resolution_s: resolution,
      line_id: id(10_000 + i),
      model_identifier: 'any',
      model_version: null,
      output_metric_id: id(20_000 + i),
      output_device_id: id(30_000),
      output_machine_id: id(30_001),
      output_metric_name: 'any',
    },
  }));
  const definitions = checkDefinitions(entries, 'test.json');
  return definitions.map((definition) => ({ definition, dtype: 'float64' }));
}

function cellBytes(of: readonly WindowTarget[], aheadMs: number): number {
  return of.reduce((sum, t) => sum + (aheadMs / t.definition.resolutionMs) * CELL_BYTES, 0);
}

describe('chooseReach', () => {
  it('cuts whole minutes where all cells fit into them', () => {
    expect(chooseReach(targets(1, 60), [], BUDGET).sliceMs).toBe(60_000);
  });

  it.each([
    ['a day', targets(1, 86_400), 86_400_000],
    ['a week', targets(60, 604_800), 604_800_000],
    ['seven and eleven seconds', targets(7, 11), 77_000],
  ])('keeps cells of %s whole where that fits into the budget', (_, of, sliceMs) => {
    expect(chooseReach(of, [], BUDGET).sliceMs).toBe(sliceMs);
  });

  it.each([
    ['a day beside a millisecond', targets(0.001, 86_400)],
    ['three weeks beside a millisecond', targets(0.001, 1_814_400)],
    [
      'an hour beside seven milliseconds, two hundred times',
      targets(3600, ...Array<number>(200).fill(0.007)),
    ],
    [
      'a minute beside a millisecond, a thousand times',
      targets(60, ...Array<number>(1000).fill(0.001)),
    ],
  ])('holds no more than the budget and a slice: %s', (_, of) => {
    const { aheadMs, sliceMs } = chooseReach(of, [], BUDGET);
    expect(Number.isSafeInteger(sliceMs) && sliceMs >= 1).toBe(true);
    expect(aheadMs % sliceMs).toBe(0);
    expect(cellBytes(of, aheadMs)).toBeLessThanOrEqual(2 * BUDGET);
  });

  it('cuts the longest cells first: those of seven milliseconds stay whole', () => {
    expect(chooseReach(targets(0.007, 86_400), [], BUDGET).sliceMs % 7).toBe(0);
  });
});
