import { describe, expect, it } from 'vitest';
import { sampleFields, type TableField } from '../../../src/source/internal/sample-fields.ts';

const DEFAULTS = { metricId: 'metric_id', timestamp: null, value: 'value' };
const fieldsOf = (...fields: readonly (readonly [name: string, type: string])[]): TableField[] =>
  fields.map(([name, type]) => ({ name, type, mode: 'NULLABLE' }));

describe('sampleFields', () => {
  it('prefers timestamp_ms, and falls back to timestamp', () => {
    const id = ['metric_id', 'STRING'] as const;
    const value = ['value', 'FLOAT64'] as const;
    const both = fieldsOf(id, value, ['timestamp', 'TIMESTAMP'], ['timestamp_ms', 'INT64']);
    expect(sampleFields('t', DEFAULTS, both)).toEqual({
      names: { metricId: 'metric_id', timestamp: 'timestamp_ms', value: 'value' },
      idType: 'STRING',
      timeType: 'INTEGER',
    });
    const one = fieldsOf(id, value, ['timestamp', 'TIMESTAMP']);
    expect(sampleFields('t', DEFAULTS, one).names.timestamp).toBe('timestamp');
    expect(() => sampleFields('t', DEFAULTS, fieldsOf(id, value))).toThrow(
      't: found the columns metric_id, value, expected one called timestamp_ms: say which it is with ?timestamp=COLUMN',
    );
  });

  it('finds columns in any case, and spells them as the table does', () => {
    const fields = fieldsOf(['Metric_ID', 'BYTES'], ['TS', 'DATETIME'], ['Value', 'NUMERIC']);
    expect(sampleFields('t', { ...DEFAULTS, timestamp: 'ts' }, fields)).toEqual({
      names: { metricId: 'Metric_ID', timestamp: 'TS', value: 'Value' },
      idType: 'BYTES',
      timeType: 'DATETIME',
    });
  });
});
