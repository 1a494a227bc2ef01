/**
 * Predictions as columns of a BigQuery table: those of prediction files, with the three times either as TIMESTAMP (`timestamp`,
 * `window_start`, `window_end`) or, where the table has it so, as INTEGER milliseconds (`timestamp_ms` ...). Pure.
 */
import { WindrowError, type Definition, type PredictionBatch } from '@windrow/core';

/** A column as `tables.get` and `tables.insert` describe it. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly defaultValueExpression?: string;
}

/** A column that is written. */
export type PredictionColumn = { readonly field: TableColumn } & (
  | { readonly kind: 'text'; readonly read: (batch: PredictionBatch, row: number) => string }
  | {
      /** `integer`: a safe integer, in microseconds where the column is a TIMESTAMP. */
      readonly kind: 'integer' | 'float';
      readonly read: (batch: PredictionBatch, row: number) => number;
    }
);

/** A name as a prediction has it: what makes two rows the same prediction. */
export interface PredictionKey {
  readonly metricId: string;
  readonly windowEnd: string;
  readonly revision: string;
}

export interface PredictionColumns {
  /** In the order of the files. */
  readonly columns: readonly PredictionColumn[];
  readonly key: PredictionKey;
  /** The column of `timestamp`, and whether it holds milliseconds as an INTEGER. */
  readonly timestamp: { readonly name: string; readonly isMs: boolean };
}

interface TimeSpec {
  readonly kind: 'time';
  readonly read: (batch: PredictionBatch, row: number) => number;
}
type Spec =
  | TimeSpec
  | { readonly kind: 'text'; readonly read: (batch: PredictionBatch, row: number) => string }
  | {
      readonly kind: 'integer' | 'float';
      readonly read: (batch: PredictionBatch, row: number) => number;
    };

const specs: Readonly<Record<string, Spec>> = {
  metric_id: ofDefinition((definition) => definition.outputMetricId),
  timestamp: { kind: 'time', read: windowEnd },
  value: { kind: 'float', read: (batch, row) => batch.values[row]! },
  line_id: ofDefinition((definition) => definition.lineId),
  device_id: ofDefinition((definition) => definition.outputDeviceId),
  machine_id: ofDefinition((definition) => definition.outputMachineId),
  name: ofDefinition((definition) => definition.outputMetricName),
  window_start: {
    kind: 'time',
    read: (batch, row) => windowEnd(batch, row) - definitionOf(batch, row).windowMs,
  },
  window_end: { kind: 'time', read: windowEnd },
  model_identifier: {
    kind: 'text',
    read: (batch, row) => batch.models[batch.modelIndex[row]!]!.identifier,
  },
  model_version: {
    kind: 'integer',
    read: (batch, row) => batch.models[batch.modelIndex[row]!]!.version,
  },
  model_sha256: {
    kind: 'text',
    read: (batch, row) => batch.models[batch.modelIndex[row]!]!.sha256,
  },
  revision: { kind: 'integer', read: (batch, row) => batch.revisions[row]! },
};

const TYPES = { text: 'STRING', integer: 'INTEGER', float: 'FLOAT', time: 'TIMESTAMP' } as const;
const LEGACY_NAMES: Readonly<Record<string, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT' };

/** The table that is made where none is: times as TIMESTAMP, a partition a day, clustered by metric. */
export function createdTable(): {
  schema: { fields: TableColumn[] };
  timePartitioning: { type: string; field: string };
  clustering: { fields: string[] };
} {
  return {
    schema: {
      fields: Object.entries(specs).map(([name, { kind }]) => ({
        name,
        type: TYPES[kind],
        mode: 'REQUIRED',
      })),
    },
    timePartitioning: { type: 'DAY', field: 'timestamp' },
    clustering: { fields: ['metric_id'] },
  };
}

/**
 * How a table takes predictions.
 * @throws WindrowError OUTPUT naming every column that is missing, of another type, or wants a value that predictions have not
 */
export function predictionColumns(
  table: string,
  fields: readonly TableColumn[],
): PredictionColumns {
  const faults: string[] = [];
  const columns: PredictionColumn[] = [];
  const has = (each: string): boolean => fields.some((field) => field.name === each);
  const nameOf = (name: string): string => {
    return specs[name]!.kind === 'time' && !has(name) && has(`${name}_ms`) ? `${name}_ms` : name;
  };
  for (const [name, spec] of Object.entries(specs)) {
    const field = fields.find((each) => each.name === nameOf(name));
    const column = field === undefined ? null : columnOf(field, spec);
    if (column !== null) columns.push(column);
    else faults.push(faultOf(name, spec, field));
  }
  const written = new Set(columns.map(({ field }) => field.name));
  for (const { name, mode, defaultValueExpression } of fields) {
    const isNeeded = mode === 'REQUIRED' && defaultValueExpression === undefined;
    if (isNeeded && !written.has(name) && !Object.hasOwn(specs, name)) {
      faults.push(`column ${name} is REQUIRED, and no prediction has a value for it`);
    }
  }
  if (faults.length > 0) {
    throw new WindrowError(
      'OUTPUT',
      `${table} cannot take predictions: ${faults.join('; ')}; change the table, or name another one with ?create=1`,
    );
  }
  const timestamp = nameOf('timestamp');
  return {
    columns,
    key: { metricId: 'metric_id', windowEnd: nameOf('window_end'), revision: 'revision' },
    timestamp: { name: timestamp, isMs: timestamp !== 'timestamp' },
  };
}

function columnOf(field: TableColumn, spec: Spec): PredictionColumn | null {
  const type = LEGACY_NAMES[field.type] ?? field.type;
  if (field.mode === 'REPEATED') return null;
  const plain = { name: field.name, type, mode: field.mode ?? 'NULLABLE' };
  if (spec.kind === 'text') {
    return type === 'STRING' ? { field: plain, kind: 'text', read: spec.read } : null;
  }
  if (spec.kind !== 'time') {
    return type === TYPES[spec.kind] ? { field: plain, kind: spec.kind, read: spec.read } : null;
  }
  const { read } = spec;
  if (field.name.endsWith('_ms')) {
    return type === 'INTEGER' ? { field: plain, kind: 'integer', read } : null;
  }
  return type === 'TIMESTAMP'
    ? { field: plain, kind: 'integer', read: (batch, row) => read(batch, row) * 1000 }
    : null;
}

function faultOf(name: string, { kind }: Spec, field: TableColumn | undefined): string {
  const expected =
    kind === 'time' ? `${name} TIMESTAMP or ${name}_ms INTEGER` : `${name} ${TYPES[kind]}`;
  if (field === undefined) return `column ${name} is missing (expected ${expected})`;
  const mode = field.mode === 'REPEATED' ? 'REPEATED ' : '';
  return `column ${field.name} is ${mode}${field.type} (expected ${expected})`;
}

function ofDefinition(read: (definition: Definition) => string): Spec {
  return { kind: 'text', read: (batch, row) => read(definitionOf(batch, row)) };
}

function definitionOf(batch: PredictionBatch, row: number): Definition {
  return batch.definitions[batch.definitionIndex[row]!]!;
}

function windowEnd(batch: PredictionBatch, row: number): number {
  return batch.windowEndsMs[row]!;
}
