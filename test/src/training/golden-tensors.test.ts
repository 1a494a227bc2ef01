/** The tensors of a dataset are those of the goldens, byte for byte, and those of the backfill: what production scores. */
import { readFileSync } from 'node:fs';
import { MetricDictionary } from '@windrow/core';
import { fileSource, readDefinitions, openSampleSink } from '@windrow/io';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { MemorySource, readAll, reordered, shuffled } from '../kit/memory-source.ts';
import { backfillTensors, tensorsOf } from './exported-tensors.ts';
import { inFolder, succeed } from './in-folder.ts';

const cases = [
  ['tensors-rough-liveline-ridge-300-10', 'float64', 'data_f64'],
  ['tensors-rough-liveline-f32-300-10-linear', 'float32', 'data_f32'],
  ['tensors-rough-liveline-mean-600-60', 'float64', 'data_f64'],
  ['tensors-rough-liveline-missing-300-60', 'float64', 'data_f64'],
] as const;

const ROUGH = 'data/liveline-30min-rough.parquet';

describe.skipIf(!hasFixtures)(`exported tensors${SKIPPED}`, () => {
  it.each(cases)('%s as %s', (golden, dtype, column) =>
    inFolder(async (path) => {
      const expected = tableFromIPC(readFileSync(fixture(`golden/${golden}.arrow`)));
      const id = expected.schema.metadata.get('output_metric_id')!;
      await succeed('train-export', [
        ...['--definitions', fixture('definitions/liveline.json'), '--select', id],
        ...['--source', fixture(ROUGH), '--out', path('dataset'), '--format', 'arrow'],
        ...['--dtype', dtype, '--progress', 'none'],
      ]);
      const tensors = tensorsOf(path('dataset/data/split=all/part-0.arrow'));
      let compared = 0;
      for (let row = 0; row < expected.numRows; row++) {
        if (expected.getChild('complete')!.get(row) !== true) continue;
        const end = Number(expected.getChild('window_end_ms')!.get(row));
        const bytes = expected.getChild(column)!.get(row) as Uint8Array;
        expect(Buffer.compare(tensors.get(end)!, bytes), `window that ends at ${end}`).toBe(0);
        compared++;
      }
      expect(compared).toBeGreaterThan(0);
    }),
  );

  it('are those of a backfill, in any order of the rows, and verify agrees', () =>
    inFolder(async (path) => {
      const { definitions } = await readDefinitions(fixture('definitions/liveline.json'));
      const definition = definitions.find((d) => d.outputMetricName === 'liveline-mlp-60-5')!;
      const rows = await readAll(fileSource(fixture(ROUGH)), new MetricDictionary());
      const disorder = reordered(rows, shuffled(rows.ids.length, 7));
      await writeSamples(path('shuffled.parquet'), disorder);
      const scored = await backfillTensors(new MemorySource(rows), definition);
      const asked = [
        ...['--definitions', fixture('definitions/liveline.json')],
        ...['--source', path('shuffled.parquet')],
      ];
      const chosen = ['--select', definition.outputMetricId, '--format', 'arrow'];
      const out = ['--out', path('dataset'), '--progress', 'none'];
      await succeed('train-export', [...asked, ...chosen, ...out]);
      const tensors = tensorsOf(path('dataset/data/split=all/part-0.arrow'));
      expect(tensors.size).toBe(346);
      expect([...tensors.keys()]).toEqual([...scored.keys()]);
      for (const [end, bytes] of tensors) expect(Buffer.compare(bytes, scored.get(end)!)).toBe(0);
      const verified = await succeed('train-export', ['verify', path('dataset'), ...asked]);
      expect(verified.stderr).toContain('verify: 100 of 100 tensors are equal byte for byte');
    }));

  it('as known are those of the delayed stream, which verify makes again', () =>
    inFolder(async (path) => {
      const asked = [
        ...['--definitions', fixture('definitions/liveline-late.json')],
        ...['--source', fixture('data/liveline-30min-delayed.parquet')],
      ];
      const chosen = ['--select', 'liveline-ridge-300-10', '--as-known'];
      const out = ['--out', path('dataset'), '--progress', 'none'];
      const exported = await succeed('train-export', [...asked, ...chosen, ...out]);
      expect(exported.stderr).toMatch(
        /as known +\d+\.\d+ % of the windows differ from those of all/,
      );
      const verified = await succeed('train-export', ['verify', path('dataset'), ...asked]);
      expect(verified.stderr).toContain('verify: 100 of 100 tensors are equal byte for byte');
    }));
});

async function writeSamples(
  path: string,
  rows: Awaited<ReturnType<typeof readAll>>,
): Promise<void> {
  const dictionary = MetricDictionary.of(rows.ids);
  const source = new MemorySource(rows);
  const sink = await openSampleSink(path);
  try {
    for (const split of await source.splits()) {
      const reject = (): void => undefined;
      for await (const batch of source.read(split, { dictionary, range: null, reject })) {
        await sink.write(batch);
      }
    }
    await sink.commit();
  } finally {
    await sink.abort();
  }
}
