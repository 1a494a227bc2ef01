/**
 * Tensors of a dataset made again, through the streaming engine, and compared byte for byte. Windows of all data are made of
 * the samples in order of arrival, late ones as revisions; windows as known by replaying all of it, as the export did.
 */
import { MetricDictionary, WindrowError, formatTime, type Definition } from '@windrow/core';
import { inOrderOfArrival } from '../collect/arrival-order.ts';
import type { PassOptions } from '../collect/collect-windows.ts';
import { replayWindows } from '../collect/replay-windows.ts';
import { definitionJson } from '../dataset/definition-json.ts';
import type { Dataset } from '../dataset/read-manifest.ts';
import { sampleExamples, type SampledExample } from './sample-examples.ts';
import { WindowProbe } from './window-probe.ts';

export interface VerifyRequest {
  readonly dataset: Dataset;
  /** Of the definitions file: they must be those of the dataset. */
  readonly definitions: readonly Definition[];
  /** How many examples are made again; all if there are fewer. */
  readonly samples: number;
  readonly seed: number;
  readonly pass: Omit<PassOptions, 'range'>;
}

export interface VerifyReport {
  readonly examples: number;
  readonly compared: number;
  /** What differs, a sentence each; empty: all bytes are equal. */
  readonly differences: readonly string[];
}

/** Bytes of window state that probes may take together; of more windows the samples are read again. */
const PROBE_BYTES_MAX = 256 << 20;

/** @throws WindrowError USAGE where the definitions are others */
export async function verifyDataset(request: VerifyRequest): Promise<VerifyReport> {
  const { dataset, pass } = request;
  refuseOthers(dataset, request.definitions);
  const { sampled, examples } = await sampleExamples(dataset, request);
  const remake = dataset.manifest.clock.as_known ? replayed : probed;
  const tensors = await remake(dataset, sampled, pass);
  const differences = sampled.flatMap((example, i) => {
    const difference = example.difference(tensors[i]!);
    return difference === null ? [] : [`${placeOf(dataset, example)}: ${difference}`];
  });
  return { examples, compared: sampled.length, differences };
}

/** The fields that decide about a tensor must be those of the dataset. */
function refuseOthers({ definitions, path }: Dataset, given: readonly Definition[]): void {
  const tensorFields = [
    ...['line_id', 'input_metric_ids', 'window_size_s', 'step_size_s', 'resolution_s'],
    ...['aggregate', 'fill', 'allow_missing', 'min_coverage', 'allowed_lateness_s', 'layout'],
  ];
  for (const own of definitions) {
    const other = given.find((definition) => definition.outputMetricId === own.outputMetricId);
    if (other === undefined) {
      throw new WindrowError(
        'USAGE',
        `--definitions: found no definition ${own.outputMetricId} (${own.outputMetricName}), of which ${path} was made`,
      );
    }
    const [a, b] = [definitionJson(own), definitionJson(other)];
    const field = tensorFields.find((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
    if (field === undefined) continue;
    throw new WindrowError(
      'USAGE',
      `--definitions: definition ${own.outputMetricId}: found ${field} ${JSON.stringify(b[field])}, expected ${JSON.stringify(a[field])}, with which ${path} was made; export it again with the new definition`,
    );
  }
}

type Remade = readonly (Float64Array | Float32Array | null)[];

/** Windows of all data, one by one. */
async function probed(
  { definitions, form }: Dataset,
  sampled: readonly SampledExample[],
  pass: VerifyRequest['pass'],
): Promise<Remade> {
  const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
  const tensors: (Float64Array | Float32Array | null)[] = [];
  while (tensors.length < sampled.length) {
    const probes: WindowProbe[] = [];
    let sizeBytes = 0;
    for (const { definition, endMs } of sampled.slice(tensors.length)) {
      const probe = new WindowProbe(definitions[definition]!, form.dtype, endMs, dictionary);
      sizeBytes += probe.sizeBytes;
      if (probes.length > 0 && sizeBytes > PROBE_BYTES_MAX) break;
      probes.push(probe);
    }
    await feed(probes, dictionary, pass);
    for (const probe of probes) tensors.push(probe.finish());
  }
  return tensors;
}

async function feed(
  probes: readonly WindowProbe[],
  dictionary: MetricDictionary,
  pass: VerifyRequest['pass'],
): Promise<void> {
  const startMs = probes.reduce((least, probe) => Math.min(least, probe.startMs), Infinity);
  const endMs = probes.reduce((most, probe) => Math.max(most, probe.stopMs), -Infinity);
  const range = { afterMs: startMs, untilMs: endMs };
  const arrivals = inOrderOfArrival(
    { ...pass, range },
    { dictionary, range: { startMs, endMs }, arrivalColumn: null },
  );
  for await (const batch of arrivals.batches) {
    pass.signal.throwIfAborted();
    let least = Infinity;
    let most = -Infinity;
    for (let i = 0; i < batch.length; i++) {
      least = Math.min(least, batch.timestampsMs[i]!);
      most = Math.max(most, batch.timestampsMs[i]!);
    }
    for (const probe of probes) {
      if (probe.startMs <= most && probe.stopMs > least) probe.take(batch);
    }
  }
}

/** Windows as known: everything in order of arrival, once more. */
async function replayed(
  { form, manifest }: Dataset,
  sampled: readonly SampledExample[],
  pass: VerifyRequest['pass'],
): Promise<Remade> {
  const { clock, source } = manifest;
  if (!clock.as_known) return [];
  const wanted = new Set(sampled.map(({ definition, endMs }) => keyOf(definition, endMs)));
  const range = {
    afterMs: source.start_ms ?? Number.NEGATIVE_INFINITY,
    untilMs: source.end_ms ?? Number.POSITIVE_INFINITY,
  };
  const windows = await replayWindows(
    form,
    { ...pass, range },
    { wanted: (definition, endMs) => wanted.has(keyOf(definition, endMs)), keepRefused: false },
    {
      arrivalColumn: clock.arrival_column,
      outOfOrderMs: clock.out_of_order_s * 1000,
      idleAfterMs: clock.idle_after_s * 1000,
      maxFutureMs: clock.max_future_s * 1000,
    },
  );
  const recordOf = new Map<string, number>();
  for (const d of form.definitions.keys()) {
    const { endsMs, records } = windows.records.windows(d);
    for (const [i, endMs] of endsMs.entries()) recordOf.set(keyOf(d, endMs), records[i]!);
  }
  const tensors: (Float64Array | Float32Array | null)[] = [];
  for (const { definition, endMs } of sampled) {
    const record = recordOf.get(keyOf(definition, endMs));
    tensors.push(record === undefined ? null : (await windows.records.read(record)).tensor.slice());
  }
  return tensors;
}

function keyOf(definition: number, endMs: number): string {
  return `${definition} ${endMs}`;
}

function placeOf(
  { definitions }: Dataset,
  { part, row, definition, endMs }: SampledExample,
): string {
  const { lineId, outputMetricName } = definitions[definition]!;
  return `${part}, row ${row + 1} (${outputMetricName} of line ${lineId}, window that ends at ${formatTime(endMs)})`;
}
