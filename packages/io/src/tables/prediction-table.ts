/**
 * Predictions as a table. The first three columns make each prediction a sample in the long form, so that what is written
 * here can be read as samples again.
 */
import type { Definition, ModelIdentity, PredictionBatch } from '@windrow/core';
import type { Table, TableColumn } from './table.ts';

export const predictionTable: Table<PredictionBatch> = {
  rowCount: (batch) => batch.length,
  columns: [
    ofDefinition('metric_id', (definition) => definition.outputMetricId),
    { name: 'timestamp_ms', type: 'int64', read: windowEnd },
    { name: 'value', type: 'float64', read: (batch, row) => batch.values[row]! },
    ofDefinition('line_id', (definition) => definition.lineId),
    ofDefinition('device_id', (definition) => definition.outputDeviceId),
    ofDefinition('machine_id', (definition) => definition.outputMachineId),
    ofDefinition('name', (definition) => definition.outputMetricName),
    {
      name: 'window_start_ms',
      type: 'int64',
      read: (batch, row) => windowEnd(batch, row) - definitionOf(batch, row).windowMs,
    },
    { name: 'window_end_ms', type: 'int64', read: windowEnd },
    {
      name: 'model_identifier',
      type: 'text',
      read: (batch, row) => modelOf(batch, row).identifier,
    },
    { name: 'model_version', type: 'int64', read: (batch, row) => modelOf(batch, row).version },
    { name: 'model_sha256', type: 'text', read: (batch, row) => modelOf(batch, row).sha256 },
    { name: 'revision', type: 'int64', read: (batch, row) => batch.revisions[row]! },
  ],
};

function ofDefinition(
  name: string,
  read: (definition: Definition) => string,
): TableColumn<PredictionBatch> {
  return { name, type: 'text', read: (batch, row) => read(definitionOf(batch, row)) };
}

function definitionOf(batch: PredictionBatch, row: number): Definition {
  return batch.definitions[batch.definitionIndex[row]!]!;
}

function modelOf(batch: PredictionBatch, row: number): ModelIdentity {
  return batch.models[batch.modelIndex[row]!]!;
}

function windowEnd(batch: PredictionBatch, row: number): number {
  return batch.windowEndsMs[row]!;
}
