/**
 * An export from a request to a folder:
 *
 *     samples ─ engine ─> windows (temporary file) ─┐
 *     labels, or cells of target metrics ───────────┴─> examples ─ splits ─> data/split=NAME/part-N, npy/, dataset.json
 *
 * The same request gives the same bytes, whatever the order of the samples; nothing in the folder says when it was made.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WindrowError, messageOf } from '@windrow/core';
import { AtomicFile } from '@windrow/io';
import { DatasetFolder } from '../output/dataset-folder.ts';
import { splitExamples, type Splits } from '../splits/split-examples.ts';
import type { ExampleColumns } from '../examples/example-columns.ts';
import { tensorFormOf, type TensorForm } from '../tensor-form.ts';
import type { ExportRequest } from './export-request.ts';
import { gatherExamples, type Gathered } from './gather-examples.ts';
import { groupsOf } from './group-values.ts';
import { inputNames } from './input-names.ts';
import { datasetManifest, MANIFEST_FILE, type ManifestParts } from './manifest.ts';
import { goingOn, openSlices, type KeptSlices } from './kept-slices.ts';
import { refuseChange, sourceSnapshot } from './source-snapshot.ts';
import { writeExamples, type WrittenSplit } from './write-examples.ts';

export interface ExportReport {
  readonly gathered: Gathered;
  readonly splits: Splits;
  readonly written: readonly WrittenSplit[];
}

/**
 * Exports a dataset; nothing is visible under its name before it is complete.
 * @throws WindrowError USAGE, INPUT, OUTPUT
 */
export async function exportDataset(request: ExportRequest): Promise<ExportReport> {
  const form = tensorFormOf(request.definitions, request.dtype);
  const folder = await DatasetFolder.create(request.output.path, request.output);
  let slices: KeptSlices | null = null;
  try {
    const snapshot = await sourceSnapshot(form, request.pass);
    const labelsSha256 = await labelsHash(request);
    slices = await openSlices(form, request, snapshot, labelsSha256);
    const report = await goingOn(slices, async () => {
      const gathered = await gatherExamples(form, request, slices);
      await refuseChange(snapshot, form, request.pass);
      return writeDataset(folder, form, request, { gathered, snapshot, labelsSha256 });
    });
    await slices?.folder.remove();
    return report;
  } finally {
    await slices?.folder.close();
    await folder.abort();
  }
}

async function writeDataset(
  folder: DatasetFolder,
  form: TensorForm,
  request: ExportRequest,
  made: Pick<ManifestParts, 'gathered' | 'snapshot' | 'labelsSha256'>,
): Promise<ExportReport> {
  const { examples, windows } = made.gathered;
  const splits = splitOf(form, examples, request);
  const names = inputNames(form, request.metricNames);
  const parts = { form, examples, records: windows.records, splits, inputNames: names };
  const written = await writeExamples(folder.building, parts, request);
  const manifest = datasetManifest({ ...made, form, request, splits, written, inputNames: names });
  await writeJson(join(folder.building, MANIFEST_FILE), manifest);
  await folder.commit();
  return { gathered: made.gathered, splits, written };
}

function splitOf(form: TensorForm, examples: ExampleColumns, request: ExportRequest): Splits {
  const { spec } = request.split;
  const { definitions, endsMs } = examples;
  const { windowMs } = form.definitions[0]!;
  const lines = [...new Set(form.definitions.map((definition) => definition.lineId))];
  const lineOf = form.definitions.map((definition) => lines.indexOf(definition.lineId));
  return splitExamples(
    {
      length: examples.length,
      lines: Int32Array.from(definitions, (d) => lineOf[d]!),
      startsMs: endsMs.map((endMs) => endMs - windowMs),
      endsMs,
      reachesMs: examples.reachesMs,
      group: spec.kind === 'group' ? groupsOf(form, examples, spec.by) : () => '',
    },
    spec,
    { embargoMs: request.embargoMs, seed: request.seed },
  );
}

async function labelsHash({ examples }: ExportRequest): Promise<string | null> {
  if (examples.from === 'windows') return null;
  const { path } = examples.labels;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new WindrowError('INPUT', `${path}: cannot be read as a table: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return hash.digest('hex');
}

async function writeJson(path: string, json: object): Promise<void> {
  const file = await AtomicFile.create(path);
  try {
    await file.write(new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`));
    await file.commit();
  } finally {
    await file.abort();
  }
}
