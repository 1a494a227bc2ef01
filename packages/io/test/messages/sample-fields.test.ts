import { describe, expect, it } from 'vitest';
import { SAMPLE_FIELDS, parseSampleFields } from '../../src/index.ts';

describe('the names of fields', () => {
  it('are mapped one by one', () => {
    expect(parseSampleFields('value=reading, metric_id=sensor', 'fields')).toEqual({
      ...SAMPLE_FIELDS,
      value: 'reading',
      metricId: 'sensor',
    });
    expect(parseSampleFields('timestamp=a=b', 'fields').timestamp).toBe('a=b');
    expect(parseSampleFields('value=timestamp,timestamp=value', 'fields').value).toBe('timestamp');
  });

  it('are refused where they make no sense', () => {
    for (const text of ['', 'value', 'value=', 'vlaue=x', 'value=a,value=b', '__proto__=x']) {
      expect(() => parseSampleFields(text, 'fields')).toThrow(
        /^fields: found .*, expected FIELD=NAME, separated by commas/,
      );
    }
    expect(() => parseSampleFields('value=metric_id', 'fields')).toThrow(/one name for two fields/);
  });
});
