import { describe, expect, it } from 'vitest';
import {
  columnType,
  idColumn,
  quoted,
  timeColumn,
  valueExpression,
} from '../../src/internal/column-types.ts';

describe('types of columns', () => {
  it.each([
    ['String', 'String', false],
    ["Nullable(DateTime64(3, 'UTC'))", "DateTime64(3, 'UTC')", true],
    ['LowCardinality(Nullable(String))', 'String', true],
    ['LowCardinality(FixedString(16))', 'FixedString(16)', false],
    ['Decimal(18, 4)', 'Decimal(18, 4)', false],
  ])('%s is %s', (text, base, nullable) => {
    expect(columnType(text)).toEqual({ base, nullable });
  });

  it('names are quoted, whatever is in them', () => {
    expect(quoted('a`; DROP TABLE b')).toBe('`a\\`; DROP TABLE b`');
    expect(quoted('a\\')).toBe('`a\\\\`');
  });

  it.each([
    ['DateTime', 'toInt64(toUnixTimestamp(`t`)) * 1000'],
    ["DateTime('Europe/Berlin')", 'toInt64(toUnixTimestamp(`t`)) * 1000'],
    ['DateTime64(0)', 'toUnixTimestamp64Milli(`t`)'],
    ["DateTime64(3, 'UTC')", 'toUnixTimestamp64Milli(`t`)'],
    ['Int64', 'toInt64(`t`)'],
    ['UInt32', 'toInt64(`t`)'],
  ])('a time of type %s is read as %s', (type, ms) => {
    expect(timeColumn('t', columnType(type))?.ms).toBe(ms);
  });

  it('a time finer than a millisecond is floored, also before 1970', () => {
    expect(timeColumn('t', columnType('DateTime64(6)'))?.ms).toContain('positiveModulo');
    expect(timeColumn('t', columnType('DateTime64(9)'))?.ms).toContain('1000000');
  });

  it.each(['String', 'Date', 'Float64', 'Int16', 'IPv4', 'Array(Int64)'])(
    '%s is no time',
    (type) => {
      expect(timeColumn('t', columnType(type))).toBeNull();
    },
  );

  it.each(['UUID', 'String', 'FixedString(16)', 'FixedString(36)'])('%s holds ids', (type) => {
    expect(idColumn('id', columnType(type))?.asked).toContain('{ids:Array(');
  });

  it.each(['UInt128', 'FixedString(32)', 'Array(UUID)'])('%s holds none', (type) => {
    expect(idColumn('id', columnType(type))).toBeNull();
  });

  it.each([
    'Float64',
    'Float32',
    'BFloat16',
    'Int8',
    'UInt256',
    'Bool',
    'Decimal(9, 2)',
    'Decimal64(3)',
  ])('%s is a number', (type) => {
    expect(valueExpression('v', columnType(type))).toBe('toFloat64(`v`)');
  });

  it.each(['String', 'Date', 'Tuple(Float64)', 'Array(Float64)', "Enum8('a' = 1)"])(
    '%s is none',
    (type) => {
      expect(valueExpression('v', columnType(type))).toBeNull();
    },
  );
});
