/** Predictions for tests. */
import type { Definition, PredictionBatch } from '@windrow/core';
import { idOf } from './samples.ts';

const WINDOW_MS = 60_000;

function definitionOf(n: number): Definition {
  return {
    inputMetricIds: [idOf(100)],
    windowMs: WINDOW_MS,
    stepMs: 10_000,
    resolutionMs: 1000,
    lineId: idOf(200),
    modelIdentifier: 'Wärme-模型',
    modelVersion: null,
    outputMetricId: idOf(300 + n),
    outputDeviceId: idOf(400),
    outputMachineId: idOf(500),
    outputMetricName: `predicted ${n}`,
    aggregate: 'last',
    fill: { method: 'none' },
    allowMissing: false,
    minCoverage: 0,
    allowedLatenessMs: 0,
    layout: 'channel_major',
    inputName: null,
    outputName: null,
  };
}

const definitions = [definitionOf(0), definitionOf(1)];
const models = [{ identifier: 'Wärme-模型', version: 3, sha256: 'ab'.repeat(32) }];

/** Predictions `first .. first + count`, by turns of two metrics. */
export function predictions(first: number, count: number, revision = 0, add = 0): PredictionBatch {
  const indices = Array.from({ length: count }, (_, i) => first + i);
  return {
    length: count,
    definitions,
    models,
    definitionIndex: Int32Array.from(indices, (i) => i % 2),
    modelIndex: new Int32Array(count),
    windowEndsMs: Float64Array.from(indices, (i) => 1_700_000_000_000 + Math.floor(i / 2) * 10_000),
    values: Float64Array.from(indices, (i) => i / 8 + add),
    revisions: new Int32Array(count).fill(revision),
  };
}

/** The rows that a table is to hold of a batch; times in microseconds. */
export function rowsOf(batch: PredictionBatch): Record<string, unknown>[] {
  return Array.from({ length: batch.length }, (_, row) => {
    const definition = batch.definitions[batch.definitionIndex[row]!]!;
    const endUs = batch.windowEndsMs[row]! * 1000;
    return {
      metric_id: definition.outputMetricId,
      timestamp: endUs,
      value: batch.values[row]!,
      line_id: definition.lineId,
      device_id: definition.outputDeviceId,
      machine_id: definition.outputMachineId,
      name: definition.outputMetricName,
      window_start: endUs - WINDOW_MS * 1000,
      window_end: endUs,
      model_identifier: 'Wärme-模型',
      model_version: 3,
      model_sha256: 'ab'.repeat(32),
      revision: batch.revisions[row]!,
    };
  });
}
