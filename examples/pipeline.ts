/** A whole backfill by the names of its parts: simulated lines, the bundled model, predictions as CSV. */
import { checkDefinitions } from '@windrow/core';
import { SpillFolder } from '@windrow/io';
import { OpenJob, runBackfill } from '@windrow/pipeline';
import { definitionsFor, parseSimUri, simSource } from '@windrow/simulator';

const uri = 'sim://extrusion?lines=2&seconds=900&seed=7';
const entries = definitionsFor(parseSimUri(uri)).map((value, i) => ({ value, where: `line ${i}` }));
const nowMs = (): number => performance.now();

// All parts or none: definitions are held against models before anything is read or written.
const job = await OpenJob.open({
  definitions: checkDefinitions(entries, 'example'),
  models: 'models',
  source: uri,
  factories: { sim: (text) => simSource(text) },
  sinks: ['predictions.csv'],
  deadLetters: null,
  log: process.stdout,
  nowMs,
});
// Samples that come long before their time wait here where memory does not suffice.
const spill = new SpillFolder();
try {
  const { source, scorer, dictionary, sinks, deadLetters } = job;
  const report = await runBackfill({
    ...{ source, scorer, dictionary, sinks, deadLetters, nowMs, spill },
    range: { afterMs: -Infinity, untilMs: Infinity },
  });
  await job.commit();
  const { received, applied } = report.samples;
  process.stdout.write(`${received} samples received, ${applied} applied\n`);
  for (const { definition, windows, scored } of report.definitions) {
    process.stdout.write(`${definition.outputMetricName}: ${windows} windows, ${scored} scored\n`);
  }
} finally {
  await job.close();
  await spill.close();
}
