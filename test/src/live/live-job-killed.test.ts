/**
 * A job that is killed (SIGKILL) at 20 points drawn at random, and started again each time. The points are counted in what reaches the outside:
 * before and after each blob, publication, acknowledgement, delivery. WINDROW_SEED sets the seed, which is printed.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleCounts } from '@windrow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import type { LiveProcess } from './live-process.ts';

const KILLS = 20;
/** Over a file less can go wrong: what comes again comes in its order. */
const KILLS_OF_FILE = 8;
const seed = Number(process.env['WINDROW_SEED']);

interface Ended {
  readonly killed: boolean;
  readonly stdout: string;
}

function start(own: LiveProcess): Promise<Ended> {
  const script = join(import.meta.dirname, 'live-process.ts');
  const args = ['--conditions=windrow-source', script, JSON.stringify(own)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      if (error === null || error.signal === 'SIGKILL') {
        resolve({ killed: error !== null, stdout });
      } else {
        reject(new Error(`${error.message}\n${stderr}`));
      }
    });
  });
}

/** Numbers from 0 to 1 (exclusive): a linear congruential generator. */
function dice(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Lived {
  readonly kills: number;
  readonly samples: SampleCounts;
  /** Name to value; one each. */
  readonly published: ReadonlyMap<string, number>;
}

async function liveThrough(own: Omit<LiveProcess, 'killAt'>): Promise<Lived> {
  const killsMax = own.source === 'file' ? KILLS_OF_FILE : KILLS;
  const roll = dice(own.seed);
  let kills = 0;
  for (;;) {
    // Each start has only so far to go: all kills together must come before the end.
    const killAt = kills < killsMax ? 1 + Math.floor(roll() ** 2 * 150) : null;
    const { killed, stdout } = await start({ ...own, killAt });
    if (!killed) {
      const { samples } = JSON.parse(stdout) as { readonly samples: SampleCounts };
      return { kills, samples, published: await publishedIn(own.folder) };
    }
    kills++;
  }
}

async function publishedIn(folder: string): Promise<Map<string, number>> {
  const published = new Map<string, number>();
  const text = await readFile(join(folder, 'published.csv'), 'utf8');
  for (const line of text.trimEnd().split('\n')) {
    const comma = line.lastIndexOf(',');
    const name = line.slice(0, comma);
    const value = Number(line.slice(comma + 1));
    if (published.has(name)) expect(`${name} ${published.get(name)}`).toBe(`${name} ${value}`);
    published.set(name, value);
  }
  return published;
}

describe.skipIf(!hasFixtures)(`killed ${KILLS} times, seed ${seed}${SKIPPED}`, () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windrow-killed-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const data = 'liveline-30min-rough.parquet';
  const definitions = 'liveline-late.json';

  it(
    'over a file: what is published is the golden, revision by revision',
    { timeout: 240_000 },
    async () => {
      const own = { data, definitions, folder, source: 'file', seed } as const;
      const { kills, samples, published } = await liveThrough(own);
      expectClose(published, goldenPredictions('stream-rough-late'));
      const counts =
        goldenJson<Record<string, { readonly samples: SampleCounts }>>('stream-counts');
      expect(samples).toEqual({ ...counts['stream-rough-late']!.samples, out_of_range: 0 });
      expect(kills).toBe(KILLS_OF_FILE);
    },
  );

  it(
    'over a queue that delivers again in another order: the last revisions are those of a backfill',
    { timeout: 240_000 },
    async () => {
      const own = { data, definitions, folder, source: 'queue', seed } as const;
      const { kills, published } = await liveThrough(own);
      const golden = goldenPredictions('liveline-30min-rough');
      const latest = Math.max(...Array.from(golden.keys(), (name) => Number(name.slice(37))));
      const last = new Map<string, number>();
      for (const [name, value] of [...published].toSorted(
        ([a], [b]) => revisionIn(a) - revisionIn(b),
      )) {
        if (Number(name.split(',')[1]) <= latest) last.set(withoutRevision(name), value);
      }
      expectClose(last, golden);
      expect(kills).toBe(KILLS);
    },
  );
});

function revisionIn(name: string): number {
  return Number(name.slice(name.lastIndexOf(',') + 1));
}

/** Every name of the golden, and no other; values as close as the least exact of the models allows. */
function expectClose(
  found: ReadonlyMap<string, number>,
  golden: ReadonlyMap<string, number>,
): void {
  expect([...found.keys()].toSorted()).toEqual([...golden.keys()].toSorted());
  const wrong = [...golden].filter(([name, value]) => {
    const difference = Math.abs(found.get(name)! - value);
    return !(difference <= 1e-4 * Math.max(Math.abs(value), Number.MIN_VALUE));
  });
  expect(wrong).toEqual([]);
}
