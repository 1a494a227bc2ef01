/** Predictions for tests of sinks: of two lines in turn, a name each. */
import { checkDefinitions, type PredictionBatch } from '@windrow/core';

export const LINES = [
  '613cbd00-1279-420e-b0c5-dc310b9978b9',
  '713cbd00-1279-420e-b0c5-dc310b9978b9',
];
export const OUTPUTS = [
  '1caeef70-43b1-4813-9698-c9462e2d1de3',
  '2caeef70-43b1-4813-9698-c9462e2d1de3',
];

const definitions = checkDefinitions(
  LINES.map((line_id, i) => ({
    where: `entry ${i}`,
    value: {
      input_metric_ids: ['3ea26934-8464-54d1-86a6-70a5c7c9a5f3'],
      window_size_s: 300,
      step_size_s: 10,
      line_id,
      model_identifier: 'pressure',
      model_version: null,
      output_metric_id: OUTPUTS[i],
      output_device_id: 'b9be0864-8a25-4260-bd84-0c90aac0c38a',
      output_machine_id: '602edb42-9d61-42c0-869c-3897b9d040c7',
      output_metric_name: 'predicted',
    },
  })),
  'test',
);

/** The value of each is its window's end in seconds. */
export function predictionBatch(length: number): PredictionBatch {
  const rows = Array.from({ length }, (_, i) => i);
  return {
    length,
    definitions,
    models: [{ identifier: 'pressure', version: 7, sha256: 'ab'.repeat(32) }],
    definitionIndex: Int32Array.from(rows, (i) => i % 2),
    modelIndex: new Int32Array(length),
    windowEndsMs: Float64Array.from(rows, (i) => (i + 1) * 10_000),
    values: Float64Array.from(rows, (i) => (i + 1) * 10),
    revisions: Int32Array.from(rows, (i) => i % 3),
  };
}
