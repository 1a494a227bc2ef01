/** Windows of two metrics: four seconds long, every two seconds, from samples that come out of order. */
import { MetricDictionary, SampleColumns, checkDefinitions } from '@windrow/core';
import { WindowEngine, type TensorSink } from '@windrow/windowing';

const pressure = '00000000-0000-4000-8000-000000000001';
const temperature = '00000000-0000-4000-8000-000000000002';

// A definition as files hold it: the ten fields, and how gaps are filled.
const entry = {
  input_metric_ids: [pressure, temperature],
  window_size_s: 4,
  step_size_s: 2,
  line_id: '00000000-0000-4000-8000-0000000000aa',
  model_identifier: 'none',
  model_version: null,
  output_metric_id: '00000000-0000-4000-8000-0000000000ff',
  output_device_id: '00000000-0000-4000-8000-0000000000dd',
  output_machine_id: '00000000-0000-4000-8000-0000000000ee',
  output_metric_name: 'example',
  fill: { method: 'last', max_age_s: 2 },
};
const definitions = checkDefinitions([{ value: entry, where: 'entry 1' }], 'example');

// The engine has no clock and does no I/O. The watermark stays 1 s behind the latest sample.
const dictionary = MetricDictionary.of([pressure, temperature]);
const engine = new WindowEngine(
  definitions.map((definition) => ({ definition, dtype: 'float64' })),
  { dictionary, outOfOrderMs: 1000, aheadMs: 0, range: { afterMs: -Infinity, untilMs: Infinity } },
);

// Where tensors go. A scorer is such a sink too.
const tensor = new Float64Array(2 * 4);
const sink: TensorSink = {
  reserve: () => ({ data: tensor, offset: 0 }),
  commit: (_target, endMs) =>
    process.stdout.write(
      `window [${endMs - 4000}, ${endMs}): pressure ${tensor.subarray(0, 4).join(' ')}, temperature ${tensor.subarray(4).join(' ')}\n`,
    ),
};

const samples = new SampleColumns(dictionary, 64);
for (const second of [0, 1, 3, 2, 4, 5, 6, 7, 8]) {
  samples.push(dictionary.intern(pressure), second * 1000, 100 + second);
  // The thermometer is silent from second 4 on; its last value serves for two seconds more.
  if (second < 4) samples.push(dictionary.intern(temperature), second * 1000 + 250, 20 + second);
}
engine.push(samples);
engine.run(sink);
engine.finish();
engine.run(sink);

const { received, applied } = engine.samples();
const [counts] = engine.windows();
process.stdout.write(
  `${received} samples received, ${applied} applied; ${counts?.complete} windows scored, ${counts?.incomplete} incomplete\n`,
);
