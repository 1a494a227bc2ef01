/** Slices put together for sinks: in order, and each only once where it cannot be taken back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkDefinitions,
  type ModelIdentity,
  type PredictionBatch,
  type Sink,
} from '@windrow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenSink, SinkFactory } from '../../src/open-job.ts';
import { deliver, type Delivery } from '../../src/slices/deliver.ts';
import type { Fingerprint } from '../../src/slices/fingerprint.ts';
import { SliceSink } from '../../src/slices/slice-file.ts';
import { slicesOf } from '../../src/slices/slices-of.ts';
import { WorkFolder } from '../../src/slices/work-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const id = (i: number): string => `00000000-0000-4000-8000-00000000000${i}`;
const definitions = checkDefinitions(
  [0, 1, 2].map((i) => ({
    where: `entry ${i}`,
    value: {
      input_metric_ids: [id(9)],
      window_size_s: 60,
      step_size_s: 60,
      line_id: id(i),
      model_identifier: 'm',
      model_version: null,
      output_metric_id: id(i),
      output_device_id: id(7),
      output_machine_id: id(8),
      output_metric_name: 'n',
    },
  })),
  'the test',
);
const models = definitions.map((): ModelIdentity => ({
  identifier: 'm',
  version: 1,
  sha256: 'ab',
}));
const fingerprint = { version: '1' } as Fingerprint;
// Line 1 is in the second group, between the two others in the order of definitions.
const cuts = { range: { afterMs: 0, untilMs: 300 }, cutsMs: [100, 200], groups: [[0, 2], [1]] };

class Log implements Sink<PredictionBatch> {
  readonly uri: string;
  readonly rows: string[] = [];
  readonly #failAt: number;

  constructor(uri: string, failAt: number = Number.POSITIVE_INFINITY) {
    this.uri = uri;
    this.#failAt = failAt;
  }

  write(batch: PredictionBatch): Promise<void> {
    for (let i = 0; i < batch.length; i++) {
      if (this.rows.length === this.#failAt) return Promise.reject(new Error('the sink is down'));
      this.rows.push(`${batch.windowEndsMs[i]} ${batch.definitionIndex[i]} ${batch.values[i]}`);
    }
    return Promise.resolve();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }
}

const open = (sink: Log, takes: SinkFactory['takes']): OpenSink => ({ sink, takes });

/** A folder of slices with windows each 50 ms. */
async function prepared(): Promise<Omit<Delivery, 'outputs'>> {
  const work = await WorkFolder.open(join(folder, 'w'), fingerprint, cuts);
  const slices = slicesOf(cuts, { definitions, splits: [], narrows: false, inParts: false });
  for (const { index, range, targets } of slices) {
    const sink = await SliceSink.create(work.predictionsPath(index), targets, models);
    const ends = [range.afterMs + 50, range.afterMs + 100];
    const rows = ends.flatMap((end) => targets!.map((_, own) => ({ end, own })));
    await sink.write({
      length: rows.length,
      definitions: [],
      models,
      definitionIndex: Int32Array.from(rows, ({ own }) => own),
      modelIndex: new Int32Array(rows.length),
      windowEndsMs: Float64Array.from(rows, ({ end }) => end),
      values: Float64Array.from(rows, ({ end }) => end / 2),
      revisions: new Int32Array(rows.length),
    });
    await sink.commit();
  }
  const onProgress = (): void => undefined;
  return { definitions, models, slices, folder: work, deadLetters: null, onProgress };
}

const all = [50, 100, 150, 200, 250, 300].flatMap((end) =>
  [0, 1, 2].map((target) => `${end} ${target} ${end / 2}`),
);

describe('slices put together', () => {
  it('are in order of window end, then definition, whatever groups they were made in', async () => {
    const log = new Log('a:');
    await deliver({ ...(await prepared()), outputs: [open(log, 'whole')] });
    expect(log.rows).toEqual(all);
  });

  it('after a failure: whole again, slice by slice from the last, or never again', async () => {
    const parts = await prepared();
    await parts.folder.noteDelivered('once:', Number.POSITIVE_INFINITY);
    const failing = [
      open(new Log('whole:'), 'whole'),
      open(new Log('steps:', 8), 'stepwise'),
      open(new Log('once:'), 'once'),
    ];
    await expect(deliver({ ...parts, outputs: failing })).rejects.toThrow('the sink is down');
    const logs = [new Log('whole:'), new Log('steps:'), new Log('once:')];
    const outputs = logs.map((log, i) => open(log, failing[i]!.takes));
    const left = await deliver({ ...parts, outputs });
    expect(logs.map(({ rows }) => rows)).toEqual([all, all.slice(6), []]);
    expect(left.map(({ sink }) => sink.uri)).toEqual(['whole:', 'steps:']);
  });
});
