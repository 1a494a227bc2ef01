import { describe, expect, it } from 'vitest';
import type { TableMapping } from '../../src/table-mapping.ts';
import { DescribedTable } from '../../src/internal/table-shape.ts';
import {
  contentQuery,
  estimateQuery,
  samplesQuery,
  slicesQuery,
  type TableShape,
} from '../../src/internal/table-queries.ts';

const mapping: TableMapping = {
  metricId: 'id',
  timestamp: 't',
  value: 'v',
  arrival: null,
  filter: null,
  ordered: false,
  sliceMs: null,
};
const shapeOf = (time: string, more: Partial<TableMapping> = {}): TableShape => {
  const described = [
    ['id', 'UUID'],
    ['t', time],
    ['v', 'Nullable(Float32)'],
    ['at', 'DateTime64(3)'],
  ];
  return new DescribedTable('`db`.`s`', { ...mapping, ...more }, described, 'here').shape;
};
const everything = { range: null, ids: null, slice: null };

describe('the SQL for a table', () => {
  it('asks for everything', () => {
    expect(samplesQuery(shapeOf('Int64'), everything, null)).toEqual({
      sql: 'SELECT toLowCardinality(UUIDToNum(`id`)) AS __id, toInt64(`t`) AS __ms, toFloat64(`v`) AS __value FROM `db`.`s` FORMAT ArrowStream',
      params: {},
    });
  });

  it('puts range, slice, metrics and filter into conditions on bare columns', () => {
    const shape = shapeOf("DateTime64(3, 'UTC')", { filter: 'a = 1 OR b = 2' });
    const rows = { range: { startMs: 5, endMs: 9 }, ids: ['x'], slice: { fromMs: 0, toMs: 10 } };
    const { sql, params } = samplesQuery(shape, rows, null);
    const bound = (name: string): string => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;
    expect(sql).toContain(
      ` WHERE (a = 1 OR b = 2) AND \`t\` >= ${bound('start')} AND \`t\` < ${bound('end')}` +
        ` AND \`t\` >= ${bound('from')} AND \`t\` < ${bound('to')} AND \`id\` IN {ids:Array(UUID)} FORMAT`,
    );
    expect(params).toEqual({ start: 5, end: 9, from: 0, to: 10, ids: ['x'] });
  });

  it('leaves away what is no bound', () => {
    const range = { startMs: -Infinity, endMs: Infinity };
    for (const type of ['Int64', 'DateTime', 'DateTime64(9)']) {
      expect(slicesQuery(shapeOf(type), { ...everything, range }, 1000, 9).sql).not.toContain(
        'WHERE',
      );
    }
  });

  it('keeps bounds within what the type can hold', () => {
    const far = { ...everything, range: { startMs: 1e15, endMs: 2e15 } };
    expect(samplesQuery(shapeOf('DateTime64(9)'), far, null).params).toEqual({
      start: 9_223_372_036_853,
    });
    const early = { ...everything, range: { startMs: -9e15, endMs: -1e15 } };
    expect(samplesQuery(shapeOf('DateTime'), early, null).params).toEqual({ end: 0 });
  });

  it('rounds bounds in seconds up: a second is in the range if its beginning is', () => {
    const rows = { ...everything, range: { startMs: 1001, endMs: 2999 } };
    expect(samplesQuery(shapeOf('DateTime'), rows, null).params).toEqual({ start: 2, end: 3 });
  });

  it('lets rows without a time come: they are to be told of', () => {
    const rows = { ...everything, range: { startMs: 1, endMs: 2 } };
    const { sql } = samplesQuery(shapeOf('Nullable(Int64)'), rows, null);
    expect(sql).toContain('(`t` >= {start:Int64} AND `t` < {end:Int64} OR toInt64(`t`) IS NULL)');
    const nulls = samplesQuery(shapeOf('Nullable(Int64)'), { ...everything, slice: 'null' }, null);
    expect(nulls.sql).toContain('WHERE toInt64(`t`) IS NULL');
  });

  it('cuts and orders by arrival where it is told to, with every tie settled', () => {
    const shape = shapeOf('Int64', { ordered: true, arrival: 'at' });
    const { sql, params } = samplesQuery(
      shape,
      { ...everything, slice: { fromMs: 0, toMs: 9 } },
      null,
    );
    expect(sql).toContain("`at` >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')");
    expect(sql).toContain(' ORDER BY toUnixTimestamp64Milli(`at`), __ms, __id, __value FORMAT');
    expect(params).toEqual({ from: 0, to: 9 });
    expect(slicesQuery(shape, everything, 1000, 9).sql).toContain('`at`) AS __cut');
  });

  it('sends the arrival that is asked for', () => {
    const shape = shapeOf('Int64', { arrival: 'at' });
    expect(samplesQuery(shape, everything, shape.arrival).sql).toContain('`at`) AS __arrival FROM');
  });

  it('asks what would be read for some rows, by the same conditions', () => {
    const rows = { ...everything, slice: { fromMs: 1, toMs: 2 } };
    const { sql, params } = estimateQuery(shapeOf('Int64'), rows);
    const where = /WHERE .*(?= FORMAT)/.exec(samplesQuery(shapeOf('Int64'), rows, null).sql)![0];
    expect(sql).toMatch(/^EXPLAIN ESTIMATE SELECT /);
    expect(sql).toContain(where);
    expect(params).toEqual({ from: 1, to: 2 });
  });

  it('hashes rows in a way that no order changes', () => {
    expect(contentQuery(shapeOf('Int64'), everything).sql).toContain(
      'hex(sum(cityHash64(__id, __ms, __value)))',
    );
  });
});
