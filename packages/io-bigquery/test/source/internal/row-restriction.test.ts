import { describe, expect, it } from 'vitest';
import { rowRestriction } from '../../../src/source/internal/row-restriction.ts';
import type { SampleFields } from '../../../src/source/internal/sample-fields.ts';

const names = { metricId: 'id', timestamp: 'at', value: 'v' };
const fields: SampleFields = { names, idType: 'STRING', timeType: 'TIMESTAMP' };
const none = { range: null, ids: null, filter: null };
const ID = '6f1d8a52-0000-4000-8000-00000000000a';
const range = { startMs: -1, endMs: 1_700_000_000_123 };

describe('rowRestriction', () => {
  it('is empty where everything is asked for', () => {
    expect(rowRestriction(fields, none)).toBe('');
    const all = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY };
    expect(rowRestriction(fields, { ...none, range: all })).toBe('');
  });

  it('writes bounds as the type of the column has them', () => {
    const of = (timeType: SampleFields['timeType']): string =>
      rowRestriction({ ...fields, timeType }, { ...none, range });
    expect(of('TIMESTAMP')).toBe(
      "`at` >= TIMESTAMP '1969-12-31 23:59:59.999+00' AND `at` < TIMESTAMP '2023-11-14 22:13:20.123+00'",
    );
    expect(of('DATETIME')).toBe(
      "`at` >= DATETIME '1969-12-31 23:59:59.999' AND `at` < DATETIME '2023-11-14 22:13:20.123'",
    );
    expect(of('INTEGER')).toBe('`at` >= -1 AND `at` < 1700000000123');
  });

  it('leaves bounds out that the type cannot hold', () => {
    const far = { startMs: -8.64e15, endMs: 8.64e15 };
    expect(rowRestriction(fields, { ...none, range: far })).toBe('');
    const integers = rowRestriction({ ...fields, timeType: 'INTEGER' }, { ...none, range: far });
    expect(integers).toBe('`at` >= -8640000000000000 AND `at` < 8640000000000000');
    const half = { startMs: Number.NEGATIVE_INFINITY, endMs: 0 };
    expect(rowRestriction(fields, { ...none, range: half })).toBe(
      "`at` < TIMESTAMP '1970-01-01 00:00:00.000+00'",
    );
  });

  it('writes ids in both cases, or as bytes', () => {
    expect(rowRestriction(fields, { ...none, ids: [ID] })).toBe(
      `\`id\` IN ('${ID}', '${ID.toUpperCase()}')`,
    );
    const digits = '00000000-0000-4000-8000-000000000001';
    expect(rowRestriction(fields, { ...none, ids: [digits] })).toBe(`\`id\` IN ('${digits}')`);
    expect(rowRestriction({ ...fields, idType: 'BYTES' }, { ...none, ids: [ID] })).toBe(
      String.raw`${'`id`'} IN (b'\x6f\x1d\x8a\x52\x00\x00\x40\x00\x80\x00\x00\x00\x00\x00\x00\x0a')`,
    );
  });

  it('sends at most a thousand ids, far below a megabyte', () => {
    const ids = Array.from(
      { length: 1000 },
      (_, i) => ID.slice(0, -4) + String(i).padStart(4, '0'),
    );
    const text = rowRestriction(fields, { ...none, ids });
    expect(text.length).toBeGreaterThan(70_000);
    expect(text.length).toBeLessThan(100_000);
    expect(rowRestriction(fields, { ...none, ids: [...ids, ID] })).toBe('');
  });

  it('ends a comment of the filter with its line', () => {
    const filter = "site = 'a' OR site = 'b' -- both";
    expect(rowRestriction(fields, { ...none, range, filter })).toMatch(
      / AND \(site = 'a' OR site = 'b' -- both\n\)$/,
    );
  });
});
