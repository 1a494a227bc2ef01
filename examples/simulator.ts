/** A minute of a simulated extrusion line as samples, and what the laboratory finds of the pipe later. */
import { MetricDictionary, formatTime } from '@windrow/core';
import { labResults, parseSimUri, simSource, simulatedLines } from '@windrow/simulator';

const uri = 'sim://extrusion?lines=1&seconds=60&seed=7';
const [line] = simulatedLines(parseSimUri(uri));
const metrics = line!.metrics.slice(0, 3);

// The same seed gives the same samples, on every machine; only the metrics that are asked for are made.
const dictionary = MetricDictionary.of(metrics.map(({ metricId }) => metricId));
const last = new Float64Array(metrics.length);
let count = 0;
const source = simSource(uri);
for (const split of await source.splits(null)) {
  for await (const batch of source.read(split, { dictionary, range: null, reject: () => {} })) {
    for (let i = 0; i < batch.length; i++) {
      const slot = batch.slots[i]!;
      if (slot < 0) continue;
      last[slot] = batch.values[i]!;
      count++;
    }
  }
}
process.stdout.write(`${line?.name}: ${count} samples of ${metrics.length} sensors\n`);
for (const [slot, { name, unit }] of metrics.entries()) {
  process.stdout.write(`${name} ${last[slot]} ${unit}\n`);
}

const lab = labResults(parseSimUri('sim://extrusion?lines=1&hours=1&seed=7'));
for (let i = 0; i < lab.length; i++) {
  const made = formatTime(lab.timestampsMs[i]!);
  const known = formatTime(lab.knownMs[i]!);
  process.stdout.write(`made ${made}, known ${known}: burst at ${lab.values[i]} bar\n`);
}
