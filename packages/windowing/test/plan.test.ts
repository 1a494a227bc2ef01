import { MetricDictionary, checkDefinitions, type Definition } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { paneCells, planCost, planWindows, sharingOf, type Plan } from '../src/index.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function definitionsOf(
  ...entries: readonly (readonly [window: number, step: number, ...inputs: number[]])[]
): Definition[] {
  return checkDefinitions(
    entries.map(([window, step, ...inputs], n) => ({
      where: `entry ${n + 1}`,
      value: {
        input_metric_ids: inputs.map(id),
        window_size_s: window,
        step_size_s: step,
        line_id: id(900),
        model_identifier: 'm',
        model_version: null,
        output_metric_id: id(1000 + n),
        output_device_id: id(901),
        output_machine_id: id(902),
        output_metric_name: '',
      },
    })),
    'test',
  );
}

function planOf(definitions: readonly Definition[]): Plan {
  const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
  return planWindows(
    definitions.map((definition) => ({ definition, dtype: 'float64' })),
    dictionary,
  );
}

function panes(plan: Plan): (readonly number[])[] {
  return plan.lines[0]!.rings[0]!.tracks.map((track) => track.panes);
}

describe('panes', () => {
  it('are as long as the gcd of size and step of all windows that share the metric, and no other', () => {
    // Metric 1 is used with 300/60 and 120/30, metric 2 with 300/60 alone, metric 3 with 90/25.
    const plan = planOf(definitionsOf([300, 60, 1, 2], [120, 30, 1], [90, 25, 3]));
    expect(panes(plan)).toEqual([[30], [60], [5]]);
    expect(sharingOf(plan)).toEqual({ tracks: 3, uses: 4 });
  });

  it('are split where windows have little in common and that is cheaper', () => {
    const plan = planOf(definitionsOf([7, 7, 1], [60, 60, 1]));
    expect(panes(plan)).toEqual([[7, 60]]);
    const [line] = plan.lines;
    expect(line!.windows.map((window) => paneCells(line!, window))).toEqual([7, 60]);
  });

  it('are not split where one length does', () => {
    expect(panes(planOf(definitionsOf([300, 60, 1], [60, 30, 1])))).toEqual([[30]]);
    // Five lengths would cost more additions a sample than they save.
    const many = definitionsOf([7, 7, 1], [11, 11, 1], [13, 13, 1], [17, 17, 1], [19, 19, 1]);
    expect(panes(planOf(many))).toEqual([[1]]);
  });
});

it('planCost follows the published formula', () => {
  // 14 inputs, 300 s every 10 s, and a pane of 10 s: as docs/WINDOWING.md works it out.
  const inputs = Array.from({ length: 14 }, (_, n) => n);
  const cost = planCost(planOf(definitionsOf([300, 10, ...inputs])));
  expect(cost.oneStageBytes).toBe(8640 * 14 * 300 * 384);
  expect(cost.twoStageBytes).toBe(8640 * 14 * 384 + 8640 * 30 * 14 * 658);
  expect(cost.cells).toBe(86_400 * 14);
  expect(cost.windowCells).toBe(8640 * 14 * 300);
});
