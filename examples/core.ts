/** A definition is checked, with an error for each fault, and samples become columns whose metric ids are small integers. */
import {
  MetricDictionary,
  SampleColumns,
  WindrowError,
  checkDefinitions,
  formatTime,
  parseTime,
} from '@windrow/core';

const pressure = '00000000-0000-4000-8000-000000000001';

// What a definitions file holds: the ten fields.
const entry = {
  input_metric_ids: [pressure],
  window_size_s: 300,
  step_size_s: 60,
  line_id: '00000000-0000-4000-8000-0000000000aa',
  model_identifier: 'burst-pressure',
  model_version: null,
  output_metric_id: '00000000-0000-4000-8000-0000000000ff',
  output_device_id: '00000000-0000-4000-8000-0000000000dd',
  output_machine_id: '00000000-0000-4000-8000-0000000000ee',
  output_metric_name: 'example',
};
const [definition] = checkDefinitions([{ value: entry, where: 'entry 1' }], 'example.json');
process.stdout.write(`${definition?.windowMs} ms every ${definition?.stepMs} ms\n`);

// Every fault is named: file, entry, field, what was found, what is expected.
try {
  const faulty = { ...entry, step_size_s: -1, modle_version: 1 };
  checkDefinitions([{ value: faulty, where: 'entry 1' }], 'example.json');
} catch (error) {
  if (!(error instanceof WindrowError)) throw error;
  process.stdout.write(`${error.code}\n${error.message}\n`);
}

// A batch of samples: slots of metric ids, times, values. A closed dictionary knows the ids that are asked for.
const dictionary = MetricDictionary.of([pressure]);
const samples = new SampleColumns(dictionary, 1024);
samples.push(dictionary.intern(pressure), parseTime('2026-01-05T00:00:00Z', 'example'), 62.5);
for (let i = 0; i < samples.length; i++) {
  const time = formatTime(samples.timestampsMs[i]!);
  process.stdout.write(`${dictionary.text(samples.slots[i]!)} ${time} ${samples.values[i]}\n`);
}
