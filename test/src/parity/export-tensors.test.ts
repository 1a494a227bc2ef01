/** The tensors of windrow-train-export are those of the goldens, byte for byte: what production scores. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordBatchReader, tableFromIPC } from 'apache-arrow';
import { readTensorBatch } from '@windrow/windowing';
import { describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { runCommand } from '../kit/run-command.ts';

const cases = [
  ['tensors-rough-liveline-ridge-300-10', 'float64', 'data_f64'],
  ['tensors-rough-liveline-f32-300-10-linear', 'float32', 'data_f32'],
  ['tensors-rough-liveline-mean-600-60', 'float64', 'data_f64'],
] as const;

describe.skipIf(!hasFixtures)(`exported tensors${SKIPPED}`, () => {
  it.each(cases)('%s as %s', async (golden, dtype, column) => {
    const out = mkdtempSync(join(tmpdir(), 'windrow-test-'));
    try {
      const result = await runCommand('train-export', [
        ...['--definitions', fixture('definitions/liveline.json')],
        ...['--source', fixture('data/liveline-30min-rough.parquet')],
        ...['--out', out, '--dtype', dtype, '--progress', 'none'],
      ]);
      expect(result.stderr).toContain('tensors ');
      expect(result.code).toBe(0);
      const expected = tableFromIPC(readFileSync(fixture(`golden/${golden}.arrow`)));
      const id = expected.schema.metadata.get('output_metric_id')!;
      const tensors = new Map<number, Uint8Array>();
      for (const batch of RecordBatchReader.from(readFileSync(join(out, `${id}.arrow`)))) {
        const windows = readTensorBatch(batch);
        const size = windows.shape[0]! * windows.shape[1]!;
        for (let i = 0; i < windows.length; i++) {
          const own = windows.tensors.slice(i * size, (i + 1) * size);
          tensors.set(windows.windowEndsMs[i]!, new Uint8Array(own.buffer));
        }
      }
      let compared = 0;
      for (let row = 0; row < expected.numRows; row++) {
        if (expected.getChild('complete')!.get(row) !== true) continue;
        const end = Number(expected.getChild('window_end_ms')!.get(row));
        const bytes = expected.getChild(column)!.get(row) as Uint8Array;
        expect(Buffer.compare(tensors.get(end)!, bytes), `window that ends at ${end}`).toBe(0);
        compared++;
      }
      expect(compared).toBeGreaterThan(0);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
});
