/** A training set of two simulated lines: the windows that production would score, with the melt pressure five minutes ahead. */
import { checkDefinitions } from '@windrow/core';
import { SpillFolder } from '@windrow/io';
import { definitionsFor, parseSimUri, simSource } from '@windrow/simulator';
import { exportDataset, parseSplit, readDataset, verifyDataset } from '@windrow/training';

const uri = 'sim://extrusion?lines=2&seed=7';
const entries = definitionsFor(parseSimUri(uri)).map((value, i) => ({ value, where: `line ${i}` }));
const definitions = checkDefinitions(entries, 'example');
const split = 'time:0.7/0.15/0.15';

const spill = new SpillFolder();
const pass = {
  source: simSource(uri),
  spill,
  range: { afterMs: -Infinity, untilMs: Infinity },
  deadLetters: null,
  nowMs: (): number => performance.now(),
  signal: new AbortController().signal,
  strict: true,
};
const { written } = await exportDataset({
  definitions,
  dtype: 'float32',
  examples: {
    from: 'windows',
    windows: { targets: ['pressure=input:2'], horizonMs: 300_000, spanMs: null },
  },
  sliceMs: null,
  asKnown: null,
  split: { text: split, spec: parseSplit(split) },
  // No window of a split begins in the minute after the split before it.
  embargoMs: 60_000,
  seed: 0,
  metricNames: new Map(),
  output: {
    path: 'dataset',
    overwrite: true,
    owner: { name: `example-${process.pid}`, hasEnded: () => false },
    note: (text) => process.stderr.write(`${text}\n`),
    format: 'parquet',
    flat: 'none',
    npy: false,
  },
  tool: { version: '1', command: ['example'] },
  pass,
});
for (const { name, examples } of written) process.stdout.write(`${name}: ${examples} examples\n`);

// Some of the tensors are made again, through the engine that runs live, and compared byte for byte.
const dataset = await readDataset('dataset');
const { compared, differences } = await verifyDataset({
  ...{ dataset, definitions, samples: 10, seed: 0, pass },
});
process.stdout.write(`${compared} made again, ${differences.length} differ\n`);
await pass.source.close();
await spill.close();
