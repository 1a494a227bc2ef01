/** A ClickHouse that fails for longer than patience lasts: nothing half done is seen, and slices that are done are not made again. */
import { readFileSync, readdirSync } from 'node:fs';
import { readDefinitions } from '@windrow/io';
import { clickhouseSource } from '@windrow/io-clickhouse';
import type { Definition, Source } from '@windrow/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChdbFolder, NO_CHDB, hasChdb } from '../clickhouse/chdb-engine.ts';
import { HttpFront, type Fault } from '../clickhouse/http-front.ts';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { exportWindows } from './exported-tensors.ts';
import { inFolder } from './in-folder.ts';

const PART = 'data/split=all/part-0.arrow';
const SLICE_MS = 300_000;
const SAMPLES = 'FORMAT ArrowStream';

// For machines that are busy with other things.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

describe.skipIf(!hasFixtures || !hasChdb)(`a ClickHouse that fails${SKIPPED}${NO_CHDB}`, () => {
  let folder: ChdbFolder;
  let front: HttpFront;
  let definition: Definition;
  /** Answers until the fault; null: there is none. */
  let fault: { readonly after: number; readonly kind: Fault['kind'] } | null = null;

  beforeAll(async () => {
    folder = new ChdbFolder();
    await folder.run('CREATE DATABASE plant');
    await folder.run(
      `CREATE TABLE plant.samples ENGINE = MergeTree ORDER BY timestamp_ms AS
         SELECT toUUID(assumeNotNull(metric_id)) AS metric_id, assumeNotNull(timestamp_ms) AS timestamp_ms, value
         FROM file('${fixture('data/liveline-30min-rough.parquet')}')`,
    );
    front = await HttpFront.start((query) => {
      const answers = asked() + 1;
      if (fault !== null && query.sql.includes(SAMPLES) && answers >= fault.after) {
        front.faults.push({ kind: fault.kind, afterBytes: 3000 });
      }
      return folder.engine(query);
    });
    const { definitions } = await readDefinitions(fixture('definitions/liveline.json'));
    definition = definitions.find((one) => one.outputMetricName === 'liveline-ridge-300-10')!;
  });
  afterAll(async () => {
    await front.close();
    await folder.remove();
  });

  const asked = (): number => front.queries.filter(({ sql }) => sql.includes(SAMPLES)).length;
  const open = (): Source => {
    front.queries.length = 0;
    front.faults.length = 0;
    const patience = { attempts: 2, firstDelayMs: 1 };
    return clickhouseSource(front.uri('plant.samples', { slice: '5m' }), { patience });
  };

  it.each(['cut', 'short', 'exception'] as const)('%s: slices that are done are kept', (kind) =>
    inFolder(async (path) => {
      fault = null;
      await exportWindows(open(), definition, path('whole'), SLICE_MS);
      const all = asked();
      fault = { after: Math.ceil(all / 2), kind };
      const failed = exportWindows(open(), definition, path('set'), SLICE_MS);
      await expect(failed).rejects.toThrow(
        /tried 2 times.*the slices that are done are kept in .*: the same command goes on from there/s,
      );
      expect(readdirSync(path('')).toSorted()).toEqual(['.set.slices', 'whole']);
      fault = null;
      await exportWindows(open(), definition, path('set'), SLICE_MS);
      expect(asked()).toBeLessThan(all);
      expect(readdirSync(path('')).toSorted()).toEqual(['set', 'whole']);
      expect(readFileSync(path(`set/${PART}`))).toEqual(readFileSync(path(`whole/${PART}`)));
    }),
  );

  it('leaves nothing where there are no slices', () =>
    inFolder(async (path) => {
      fault = { after: 2, kind: 'exception' };
      const failed = exportWindows(open(), definition, path('set'));
      await expect(failed).rejects.toThrow(/MEMORY_LIMIT_EXCEEDED \(241\).*slice=15m/s);
      expect(readdirSync(path(''))).toEqual([]);
    }));
});
