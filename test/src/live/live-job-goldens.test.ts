/** The goldens of the stream with checkpoints on, in no, one, two and three scoring workers: revision by revision, and every count. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleCounts } from '@windrow/core';
import { FolderBlobStore } from '@windrow/io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectPredictions } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { streamFixture } from '../kit/run-fixture.ts';

interface GoldenStream {
  readonly data: string;
  readonly definitions: string;
  readonly out_of_order_s: number;
  readonly samples: Omit<SampleCounts, 'out_of_range'>;
  readonly windows: number;
  readonly revised: number;
}

const goldens = hasFixtures ? goldenJson<Record<string, GoldenStream>>('stream-counts') : {};
const cases = Object.keys(goldens).flatMap((name, n) =>
  // Each golden in one number of workers, and the one with most revisions in all of them.
  (name === 'stream-delayed-late' ? [0, 1, 2, 3] : [n % 4]).map((workers) => ({ name, workers })),
);

describe.skipIf(!hasFixtures)(`with checkpoints the stream equals the goldens${SKIPPED}`, () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windrow-live-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each(cases)('$name in $workers workers', async ({ name, workers }) => {
    const golden = goldens[name]!;
    const { report, predictions } = await streamFixture(
      { source: fixture(`data/${golden.data}`), definitions: golden.definitions },
      golden.out_of_order_s * 1000,
      {
        workers,
        checkpoint: {
          store: new FolderBlobStore(folder),
          owner: 'golden',
          about: 'a test',
          snapshotMs: 50,
          commitMs: 5,
        },
      },
    );
    expectPredictions(predictions.byName, goldenPredictions(name));
    expect(report.samples).toEqual({ ...golden.samples, out_of_range: 0 });
    const sum = (of: 'scored' | 'revised'): number =>
      report.definitions.reduce((total, counts) => total + counts[of], 0);
    expect({ windows: sum('scored'), revised: sum('revised') }).toEqual({
      windows: golden.windows,
      revised: golden.revised,
    });
  });
});
