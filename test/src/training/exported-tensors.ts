/** Tensors of datasets, and those of a backfill, by window end. */
import { readFileSync } from 'node:fs';
import { MetricDictionary, type Definition, type Source } from '@windrow/core';
import { SpillFolder } from '@windrow/io';
import { runExport } from '@windrow/pipeline';
import { exportDataset, parseSplit } from '@windrow/training';
import { readTensorBatch } from '@windrow/windowing';
import { RecordBatchReader } from 'apache-arrow';

export type TensorsByEnd = Map<number, Uint8Array>;

/** Of an exported Arrow part. */
export function tensorsOf(path: string): TensorsByEnd {
  const tensors: TensorsByEnd = new Map();
  for (const batch of RecordBatchReader.from(readFileSync(path))) {
    const windows = readTensorBatch(batch);
    const size = windows.shape[0]! * windows.shape[1]!;
    for (let i = 0; i < windows.length; i++) {
      const own = windows.tensors.slice(i * size, (i + 1) * size);
      tensors.set(windows.windowEndsMs[i]!, new Uint8Array(own.buffer));
    }
  }
  return tensors;
}

/** What a backfill of the source hands to models. */
export async function backfillTensors(
  source: Source,
  definition: Definition,
): Promise<TensorsByEnd> {
  const scored: TensorsByEnd = new Map();
  const spill = new SpillFolder();
  const size = (definition.windowMs / definition.resolutionMs) * definition.inputMetricIds.length;
  await runExport({
    source,
    targets: [{ definition, dtype: 'float64' }],
    dictionary: MetricDictionary.of(definition.inputMetricIds),
    deadLetters: null,
    nowMs: () => performance.now(),
    range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
    spill,
    write: (_target, { length, windowEndsMs, tensors }) => {
      for (let i = 0; i < length; i++) {
        const own = tensors.slice(i * size, (i + 1) * size);
        scored.set(windowEndsMs[i]!, new Uint8Array(own.buffer));
      }
      return Promise.resolve();
    },
  });
  await spill.close();
  return scored;
}

/** Exports every window of a definition, as Arrow; removes temporary files whatever happens. */
export async function exportWindows(
  source: Source,
  definition: Definition,
  path: string,
  sliceMs: number | null = null,
): Promise<void> {
  const spill = new SpillFolder();
  const exporting = exportDataset({
    definitions: [definition],
    dtype: 'float64',
    examples: { from: 'windows', windows: { targets: [], horizonMs: 0, spanMs: null } },
    asKnown: null,
    sliceMs,
    split: { text: 'none', spec: parseSplit('none') },
    embargoMs: 0,
    seed: 0,
    metricNames: new Map(),
    output: {
      path,
      overwrite: false,
      owner: { name: 'test', hasEnded: () => false },
      format: 'arrow',
      flat: 'none',
      npy: false,
    },
    tool: { version: '0', command: ['test'] },
    pass: {
      source,
      range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
      spill,
      deadLetters: null,
      nowMs: () => performance.now(),
      signal: new AbortController().signal,
      strict: false,
    },
  });
  try {
    await exporting;
  } finally {
    await spill.close();
  }
}
