/** Finished slices on disk: what is whole is gone on with, what is not is done again, what belongs to another run is refused. */
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelIdentity, PredictionBatch } from '@windrow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../src/slices/fingerprint.ts';
import { SliceRows, SliceSink, type FileSeal } from '../../src/slices/slice-file.ts';
import type { SliceRecord } from '../../src/slices/slice-record.ts';
import type { Cuts } from '../../src/slices/slice.ts';
import { WorkFolder } from '../../src/slices/work-folder.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  path = join(folder, 'out.parquet.windrow');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fingerprint: Fingerprint = {
  version: '1',
  definitions: 'd',
  models: 'm',
  source: 's',
  samples: 'l',
  range: 'r',
  shard: 'all',
  options: '{}',
};
const cuts: Cuts = {
  range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: 5000 },
  cutsMs: [1000, 2000],
  groups: [[0, 1]],
};
const model: ModelIdentity = { identifier: 'm', version: 1, sha256: 'ab' };

function batchOf(rows: number): PredictionBatch {
  return {
    length: rows,
    definitions: [],
    models: [model],
    definitionIndex: Int32Array.from({ length: rows }, (_, i) => i % 2),
    modelIndex: new Int32Array(rows),
    windowEndsMs: Float64Array.from({ length: rows }, (_, i) => i),
    values: Float64Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? -0 : i / 7)),
    revisions: new Int32Array(rows),
  };
}

async function written(file: string, rows: number): Promise<FileSeal> {
  const sink = await SliceSink.create(
    file,
    [2, 5],
    Array.from({ length: 6 }, () => model),
  );
  await sink.write(batchOf(rows));
  await sink.commit();
  return sink.seal;
}

function recordOf(index: number, file: FileSeal): SliceRecord {
  return {
    index,
    predictions: 3,
    file,
    letters: null,
    samples: {
      received: 1,
      applied: 1,
      superseded: 0,
      duplicate: 0,
      invalid: 0,
      unrouted: 0,
      quarantined: 0,
      dropped_late: 0,
      out_of_range: 0,
    },
    repeated: 0,
    targets: [],
    deadLetters: [],
    phasesMs: { read: 1, window: 1, score: 1, write: 1 },
    later: { put: 0, spilled: 0 },
    stateBytes: 1,
  };
}

/** A folder with the slices 0 and 2. */
async function begun(): Promise<WorkFolder> {
  const work = await WorkFolder.open(path, fingerprint, cuts);
  for (const index of [0, 2]) {
    await work.record(recordOf(index, await written(work.predictionsPath(index), 10)));
  }
  return work;
}

describe('the predictions of a slice', () => {
  it.each([0, 1, 8192, 8193, 20_000])('%i rows are read back', async (rows) => {
    const file = join(folder, 'slice.bin');
    await written(file, rows);
    const read = await SliceRows.open(file, 6);
    const batch = batchOf(rows);
    let count = 0;
    for (; !read.isOver; count++) {
      const same =
        read.target === [2, 5][count % 2] &&
        read.windowEndMs === batch.windowEndsMs[count] &&
        Object.is(read.value, batch.values[count]);
      if (!same) break;
      if (read.next()) await read.settle();
    }
    expect(count).toBe(rows);
    await read.close();
  });

  it('cut anywhere they are refused, or fewer: the seal tells', async () => {
    const file = join(folder, 'slice.bin');
    const { sizeBytes } = await written(file, 3);
    for (let size = sizeBytes - 1; size > 0; size--) {
      truncateSync(file, size);
      await expect(SliceRows.open(file, 6)).rejects.toMatchObject({ code: 'FORMAT' });
    }
  });

  it('a target or a count that cannot be is refused', async () => {
    const file = join(folder, 'slice.bin');
    await written(file, 3);
    await expect(SliceRows.open(file, 5)).rejects.toMatchObject({ code: 'FORMAT' });
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(0xffff_ffff, 0);
    writeFileSync(file, bytes);
    await expect(SliceRows.open(file, 6)).rejects.toMatchObject({ code: 'FORMAT' });
  });
});

describe('a work folder', () => {
  it('is there when something is finished, and is gone on with', async () => {
    const fresh = await WorkFolder.open(path, fingerprint, cuts);
    expect(readdirSync(folder)).toEqual([]);
    expect(fresh.records.size).toBe(0);
    await begun();
    const other = { ...cuts, cutsMs: [3000] };
    const again = await WorkFolder.open(path, fingerprint, other);
    expect([...again.records.keys()]).toEqual([0, 2]);
    // What an earlier run has cut stays cut.
    expect(again.cuts).toEqual(cuts);
    await again.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['definitions', 'the definitions changed'],
    ['models', 'the models'],
    ['samples', 'what the source holds'],
    ['range', '--start, --end'],
    ['version', 'the version of Windrow'],
  ] as const)('of a run with another %s is refused', async (part, words) => {
    await begun();
    const changed = WorkFolder.open(path, { ...fingerprint, [part]: 'other' }, cuts);
    await expect(changed).rejects.toMatchObject({ code: 'USAGE' });
    await expect(changed).rejects.toThrow(words);
    await expect(changed).rejects.toThrow('--fresh');
  });

  it('a slice whose file is not what its record says is done again', async () => {
    const work = await begun();
    const file = work.predictionsPath(0);
    const bytes = readFileSync(file);
    bytes[30]! ^= 1;
    writeFileSync(file, bytes);
    expect([...(await WorkFolder.open(path, fingerprint, cuts)).records.keys()]).toEqual([2]);
    rmSync(file);
    expect([...(await WorkFolder.open(path, fingerprint, cuts)).records.keys()]).toEqual([2]);
  });

  it.each(['', '{}', '[]', '{"index":0', 'null'])('a record of %j is refused', async (text) => {
    await begun();
    writeFileSync(join(path, 'slice-000000.json'), text);
    await expect(WorkFolder.open(path, fingerprint, cuts)).rejects.toMatchObject({
      code: 'FORMAT',
    });
  });

  it.each(['', '{}', '{"fingerprint":{}}', 'null'])('a plan of %j is refused', async (text) => {
    await begun();
    writeFileSync(join(path, 'plan.json'), text);
    await expect(WorkFolder.open(path, fingerprint, cuts)).rejects.toMatchObject({
      code: 'FORMAT',
    });
  });

  it('knows what sinks have', async () => {
    const work = await begun();
    await work.noteDelivered('pubsub://a/b', 2);
    await work.noteDelivered('bigquery://a.b.c', Number.POSITIVE_INFINITY);
    const again = await WorkFolder.open(path, fingerprint, cuts);
    expect(again.delivered('pubsub://a/b')).toBe(2);
    expect(again.delivered('bigquery://a.b.c')).toBe(Number.POSITIVE_INFINITY);
    expect(again.delivered('other')).toBe(0);
  });
});
