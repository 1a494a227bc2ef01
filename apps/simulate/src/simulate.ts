/**
 * Simulates and writes. Every output appears under its name only when all are complete, so that a run that was ended leaves
 * nothing that looks whole.
 */
import { extname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { formatCount, type Progress } from '@windrow/cli';
import { MetricDictionary, WindrowError, found, type SampleBatch, type Sink } from '@windrow/core';
import { AtomicFile, openSampleSink } from '@windrow/io';
import { simSourceOf, type SimOptions } from '@windrow/simulator';
import { definitionsJson, labCsv, metricsCsv } from './side-tables.ts';

/** What to simulate, and which outputs are wanted; null: not that one. */
export interface SimulateRequest {
  readonly simulation: SimOptions;
  /** URI for the samples. */
  readonly out: string | null;
  /** Path of a CSV file for laboratory results. */
  readonly lab: string | null;
  /** Seconds between the pieces of a line. */
  readonly labEveryS: number;
  /** Path of a JSON file for definitions. */
  readonly definitions: string | null;
  /** Seconds between the predictions of a definition. */
  readonly stepS: number;
  /** Path of a CSV file for descriptions of the metrics. */
  readonly metrics: string | null;
  readonly progress: Progress;
  /** Where `log:` writes. */
  readonly log: Writable;
  /** Ends the run, with nothing written. */
  readonly signal: AbortSignal;
}

/** Something to be written, whole or not at all. */
interface Output {
  write(): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** @throws WindrowError USAGE where no output is asked for, OUTPUT where one cannot be written */
export async function simulate(request: SimulateRequest): Promise<void> {
  const outputs: Output[] = [];
  try {
    await openOutputs(request, outputs);
    for (const output of outputs) await output.write();
    for (const output of outputs) await output.commit();
  } finally {
    request.progress.end();
    for (const output of outputs) await output.abort();
  }
}

/** Opens everything that was asked for, and puts it into `outputs`; what cannot be written fails before any work. */
async function openOutputs(request: SimulateRequest, outputs: Output[]): Promise<void> {
  const { simulation, out, lab, definitions, metrics } = request;
  refuseUnlike('definitions', definitions, ['.json', '.yaml', '.yml']);
  refuseUnlike('metrics', metrics, ['.csv']);
  refuseUnlike('lab', lab, ['.csv']);
  refuseTwice([definitions, metrics, lab, out]);
  const texts: [string | null, () => Iterable<string>][] = [
    [definitions, () => definitionsJson(simulation, request.stepS)],
    [metrics, () => metricsCsv(simulation)],
    [lab, () => labCsv(simulation, request.labEveryS)],
  ];
  for (const [path, text] of texts) if (path !== null) outputs.push(await openText(path, text));
  if (out !== null) {
    const sink = await openSampleSink(out, { log: request.log });
    outputs.push({
      write: () => writeSamples(request, sink),
      commit: () => sink.commit(),
      abort: () => sink.abort(),
    });
  }
  if (outputs.length > 0) return;
  throw new WindrowError(
    'USAGE',
    'found nothing to write, expected --out, --lab, --definitions or --metrics; see windrow-simulate --help',
  );
}

/** A name that promises another form than is written would mislead whoever reads the file. */
function refuseUnlike(option: string, path: string | null, extensions: readonly string[]): void {
  if (path === null || extensions.includes(extname(path).toLowerCase())) return;
  const expected = `a file that ends in ${extensions.join(' or ')}`;
  throw new WindrowError('USAGE', `--${option}: found ${found(path)}, expected ${expected}`);
}

function refuseTwice(outputs: readonly (string | null)[]): void {
  const places = outputs.filter((path) => path !== null).map((path) => resolve(path));
  const twice = places.find((place, i) => places.indexOf(place) !== i);
  if (twice === undefined) return;
  throw new WindrowError('USAGE', `${twice}: found it as two outputs, expected a file for each`);
}

async function openText(path: string, text: () => Iterable<string>): Promise<Output> {
  const file = await AtomicFile.create(path);
  const encoder = new TextEncoder();
  return {
    write: async () => {
      for (const piece of text()) await file.write(encoder.encode(piece));
    },
    commit: () => file.commit(),
    abort: () => file.abort(),
  };
}

async function writeSamples(
  { simulation, progress, signal }: SimulateRequest,
  sink: Sink<SampleBatch>,
): Promise<void> {
  const source = simSourceOf(simulation);
  const dictionary = new MetricDictionary();
  const reading = { dictionary, range: null, reject: (): void => undefined };
  const splits = await source.splits(null);
  const counts = splits.map((split) => split.rowCount);
  const total = counts.every((rows) => rows !== null) ? counts.reduce((a, b) => a + b, 0) : null;
  progress.phase('simulate', total, 'samples');
  let rows = 0;
  for (const split of splits) {
    for await (const batch of source.read(split, reading)) {
      signal.throwIfAborted();
      await sink.write(batch);
      rows += batch.length;
      progress.update(rows);
    }
  }
  progress.end();
  progress.note(`${formatCount(rows)} samples of ${source.uri} to ${sink.uri}`);
}
