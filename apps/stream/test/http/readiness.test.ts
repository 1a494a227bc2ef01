import type { LiveJobStatus } from '@windrow/pipeline';
import { describe, expect, it } from 'vitest';
import { reasonsNotReady } from '../../src/http/readiness.ts';

const source = {
  uri: 'in:',
  state: 'ready',
  error: null,
  counters: {},
  deliveries: 0,
  samples: 0,
  acknowledged: 0,
  unacknowledged: 0,
} as const;
const sink = {
  uri: 'out:',
  state: 'ready',
  error: null,
  counters: {},
  published: 0,
  backlog: 7,
  refused: 0,
  publishingMs: null,
  delays: { classes: [], sumMs: 0 },
} as const;
const checkpoint = {
  uri: 'state',
  ageMs: 1000,
  durationMs: 1,
  sizeBytes: 1,
  pauseMsMax: 1,
  pauseMs: 1,
  snapshots: 1,
  commits: 1,
  journalBytes: 1,
  commitMs: 1,
  uncommittedBytes: 0,
  error: null,
};
const samples = {
  received: 0,
  applied: 0,
  superseded: 0,
  duplicate: 0,
  invalid: 0,
  unrouted: 0,
  quarantined: 0,
  dropped_late: 0,
  out_of_range: 0,
};
const well: LiveJobStatus = {
  state: 'running',
  paused: null,
  stepMs: 100,
  samples,
  lines: [],
  sources: [source],
  sinks: [sink],
  deadLetters: { sink: null, count: 0, backlog: 0, shown: [] },
  checkpoint,
  predictions: { made: 0, outbox: 0, failedRuns: 0 },
  stateBytes: 0,
};

const AROUND = { snapshotMs: 5000, workersDown: 0 };

describe('readiness', () => {
  it.each<[string, Partial<LiveJobStatus>, readonly string[]]>([
    ['all is well', {}, []],
    [
      'it begins',
      { state: 'restoring', sources: [{ ...source, state: 'failed' }] },
      ['the job is restoring'],
    ],
    ['a step takes long', { stepMs: 29_000 }, []],
    [
      'a step takes very long',
      { stepMs: 31_400 },
      [
        'the job has been at one step for 31 s: a model that does not answer, or one that takes long to load',
      ],
    ],
    ['it drains', { state: 'draining' }, ['the job is draining']],
    [
      'a source has failed',
      { sources: [source, { ...source, state: 'failed', error: 'gone' }] },
      ['the source in: is failed: gone'],
    ],
    ['a sink is slow', { sinks: [{ ...sink, publishingMs: 9000 }] }, []],
    [
      'a sink is dead',
      { sinks: [{ ...sink, publishingMs: 11_000, error: 'ENOSPC' }] },
      ['the sink out: has not taken a batch for 11 s, 7 predictions wait: ENOSPC'],
    ],
    [
      'a sink fails for a while',
      { sinks: [{ ...sink, state: 'retrying', publishingMs: 2000, error: 'ENOSPC' }] },
      [],
    ],
    [
      'a sink fails for longer',
      { sinks: [{ ...sink, state: 'retrying', publishingMs: 4000, error: 'ENOSPC' }] },
      ['the sink out: has not taken a batch for 4 s, 7 predictions wait: ENOSPC'],
    ],
    [
      'a sink has failed',
      { sinks: [{ ...sink, state: 'failed', error: 'x' }] },
      ['the sink out: is failed: x'],
    ],
    ['a checkpoint is young enough', { checkpoint: { ...checkpoint, ageMs: 29_000 } }, []],
    [
      'a checkpoint is too old',
      { checkpoint: { ...checkpoint, ageMs: 31_000, error: 'EACCES' } },
      ['the last checkpoint is 31 s old: EACCES'],
    ],
    ['nothing is kept', { checkpoint: null }, []],
    [
      'dead letters are stuck',
      {
        deadLetters: {
          ...well.deadLetters,
          sink: { uri: 'l', state: 'retrying', error: 'full', counters: {} },
        },
      },
      ['the sink of dead letters l is retrying: full'],
    ],
  ])('when %s', (_, change, reasons) => {
    expect(reasonsNotReady({ ...well, ...change }, AROUND)).toEqual(reasons);
  });

  it('when workers are dead', () => {
    expect(reasonsNotReady(well, { ...AROUND, workersDown: 2 })).toEqual([
      'scoring workers that died and do not have their models again: 2',
    ]);
  });
});
