/** A few lines of made-up samples, the same in every process. */
import { MetricDictionary, SampleColumns, checkDefinitions } from '@windrow/core';
import type { EngineOptions, WindowTarget } from '../../src/index.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const targets: readonly WindowTarget[] = checkDefinitions(
  [0, 1, 2].flatMap((line) =>
    [
      { window_size_s: 60, step_size_s: 7 },
      { window_size_s: 30, step_size_s: 10, allowed_lateness_s: 40, aggregate: 'mean' },
    ].map((sizes, n) => ({
      where: `entry ${line * 2 + n + 1}`,
      value: {
        input_metric_ids: [id(line * 10), id(line * 10 + 1)],
        line_id: id(100 + line),
        model_identifier: 'm',
        model_version: null,
        output_metric_id: id(200 + line * 2 + n),
        output_device_id: id(300),
        output_machine_id: id(301),
        output_metric_name: `out ${line} ${n}`,
        ...sizes,
      },
    })),
  ),
  'test',
).map((definition) => ({ definition, dtype: 'float64' }));

export const options: EngineOptions = {
  dictionary: MetricDictionary.of(targets.flatMap((t) => t.definition.inputMetricIds)),
  outOfOrderMs: 3000,
  aheadMs: 0,
  range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
};

/** Ten minutes of a second's rhythm with gaps, and now and then a sample that comes half a minute late. */
export function* sampleBatches(): Generator<SampleColumns> {
  const { dictionary } = options;
  for (let minute = 0; minute < 10; minute++) {
    const batch = new SampleColumns(dictionary, 600);
    for (let s = minute * 60; s < minute * 60 + 60; s++) {
      for (let slot = 0; slot < dictionary.size; slot++) {
        if ((s * 7 + slot * 3) % 11 === 0) continue;
        const late = (s + slot) % 13 === 0 ? 35_000 : 0;
        batch.push(
          slot,
          1_700_000_000_000 + s * 1000 - late,
          Math.round(Math.sin(s / 10 + slot) * 2000) / 100,
        );
      }
    }
    yield batch;
  }
}
