/** Six times the input takes the same memory: two workers, from the simulator, each run a process of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../kit/run-command.ts';
import { bundledModels } from '../kit/run-sliced.ts';

/** What six times the samples may take more: the garbage of a longer run. */
const GROWTH_MAX = 1.25;
let folder: string;
let definitions: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  definitions = join(folder, 'definitions.json');
  writeFileSync(definitions, JSON.stringify(definitionsFor(simOptions({ lines: 4 }))));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function peakBytes(hours: number): Promise<number> {
  const summary = join(folder, `${hours}.json`);
  const result = await runCommand('backfill', [
    ...['--definitions', definitions, '--models', bundledModels, '--progress', 'none'],
    ...['--source', `sim://extrusion?lines=4&hours=${hours}`, '--workers', '2'],
    ...['--slice-samples', '400000', '--sink', join(folder, `${hours}.parquet`)],
    ...['--summary-file', summary],
  ]);
  expect(result.code).toBe(0);
  const { peak_memory_bytes, slices } = JSON.parse(readFileSync(summary, 'utf8')) as {
    peak_memory_bytes: number;
    slices: { count: number; workers: number };
  };
  expect(slices).toMatchObject({ count: Math.ceil((hours * 3600 * 100) / 400_000), workers: 2 });
  return peak_memory_bytes;
}

describe('memory of a backfill in slices', () => {
  it('does not grow with the input', async () => {
    const short = await peakBytes(6);
    const long = await peakBytes(36);
    expect(long / short).toBeLessThan(GROWTH_MAX);
    expect(long).toBeLessThan(1.5 * 2 ** 30);
  });
});
