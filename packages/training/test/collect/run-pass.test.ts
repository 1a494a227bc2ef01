/** A source whose rows lie by metric gives the dataset that any other gives; its lines are read one after the other. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobProgress } from '@windrow/pipeline';
import type { Source } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { exportTo, inFolder } from '../read-dataset.ts';
import { LINE, OTHER_LINE, RowSource, definition, metric, type Row } from '../small-line.ts';

const rows: readonly Row[] = Array.from({ length: 40 }, (_, second) =>
  [0, 1, 2, 3].map((id): Row => [id, 1000 * second, second * 4 + id]),
).flat();
const lines = Array.from({ length: 2 }, (_, line) =>
  definition({
    lineId: line === 0 ? LINE : OTHER_LINE,
    // 40 metrics a line, of which two have samples: both lines do not fit in one group.
    inputMetricIds: Array.from({ length: 40 }, (__, c) =>
      metric(c < 2 ? 2 * line + c : 100 + 40 * line + c),
    ),
    fill: { method: 'constant', value: 0 },
    outputMetricId: metric(1000 + line),
  }),
);

/** Lies by metric: a part has the rows of its metrics only. */
class SeriesSource extends RowSource {
  readonly opened: (readonly string[])[] = [];
  closed = 0;

  bySeries(): Promise<(metricIds: readonly string[]) => Source> {
    return Promise.resolve((metricIds) => {
      this.opened.push(metricIds);
      const own = new RowSource(rows.filter(([id]) => metricIds.includes(metric(id))));
      const close = own.close.bind(own);
      own.close = () => {
        this.closed++;
        return close();
      };
      return own;
    });
  }
}

describe('a source whose rows lie by metric', () => {
  it('gives the same bytes, line by line, and every sample is counted once', () =>
    inFolder(async (folder) => {
      const [whole, apart] = [join(folder, 'whole'), join(folder, 'apart')];
      const asked = { definitions: lines };
      await exportTo(whole, new RowSource(rows), asked);
      const source = new SeriesSource(rows);
      const progress: JobProgress[] = [];
      const report = await exportTo(apart, source, {
        ...asked,
        onProgress: (told) => progress.push(told),
      });
      expect(source.opened.map((ids) => ids.length)).toEqual([40, 40]);
      expect(source.closed).toBe(2);
      expect(report.gathered.samples.received).toBe(rows.length);
      for (const name of ['data/split=all/part-0.parquet', 'dataset.json']) {
        expect(await readFile(join(apart, name))).toEqual(await readFile(join(whole, name)));
      }
      const samples = progress.map((told) => told.samples);
      expect(samples).toEqual(samples.toSorted((a, b) => a - b));
      expect(samples.at(-1)).toBe(rows.length);
    }));

  it('has the targets of a pass read in the same way', () =>
    inFolder(async (folder) => {
      const windows = { targets: ['next=input:0'], horizonMs: 1000, spanMs: null };
      const asked = { definitions: lines, examples: { from: 'windows', windows } } as const;
      const source = new SeriesSource(rows);
      const report = await exportTo(join(folder, 'set'), source, asked);
      // Windows of 40 metrics a line, then one metric each: these are read together.
      expect(source.opened.map((ids) => ids.length)).toEqual([40, 40, 2]);
      const [target] = report.gathered.examples.targets;
      expect(target!.values.filter((value) => !Number.isNaN(value)).length).toBeGreaterThan(50);
    }));
});
