import { describe, expect, it } from 'vitest';
import { mergeSql } from '../../../src/sink/internal/merge-sql.ts';
import { createdTable, predictionColumns } from '../../../src/sink/internal/prediction-columns.ts';

describe('mergeSql', () => {
  it('takes each name once, within bounds that prune partitions', () => {
    const columns = predictionColumns('p.d.t', createdTable().schema.fields);
    const target = { project: 'p', dataset: 'd', table: 't' };
    const staging = { project: 'p', dataset: 'd', table: 's' };
    expect(mergeSql(target, staging, columns, { firstMs: 10, lastMs: 20 })).toBe(
      [
        'MERGE `p.d.t` AS t',
        'USING (SELECT * FROM `p.d.s` WHERE TRUE',
        '  QUALIFY ROW_NUMBER() OVER (PARTITION BY `metric_id`, `window_end`, `revision`) = 1) AS s',
        'ON t.`metric_id` = s.`metric_id` AND t.`window_end` = s.`window_end` AND t.`revision` = s.`revision`',
        '  AND t.`timestamp` BETWEEN TIMESTAMP_MILLIS(10) AND TIMESTAMP_MILLIS(20)',
        'WHEN MATCHED THEN UPDATE SET `timestamp` = s.`timestamp`, `value` = s.`value`, `line_id` = s.`line_id`, `device_id` = s.`device_id`, `machine_id` = s.`machine_id`, `name` = s.`name`, `window_start` = s.`window_start`, `model_identifier` = s.`model_identifier`, `model_version` = s.`model_version`, `model_sha256` = s.`model_sha256`',
        'WHEN NOT MATCHED THEN INSERT (`metric_id`, `timestamp`, `value`, `line_id`, `device_id`, `machine_id`, `name`, `window_start`, `window_end`, `model_identifier`, `model_version`, `model_sha256`, `revision`)',
        '  VALUES (s.`metric_id`, s.`timestamp`, s.`value`, s.`line_id`, s.`device_id`, s.`machine_id`, s.`name`, s.`window_start`, s.`window_end`, s.`model_identifier`, s.`model_version`, s.`model_sha256`, s.`revision`)',
      ].join('\n'),
    );
  });
});
