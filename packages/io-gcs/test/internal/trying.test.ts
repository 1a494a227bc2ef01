import { WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import {
  StatusError,
  isConflict,
  isMissing,
  trying,
  untilSilent,
} from '../../src/internal/trying.ts';

const policy = { attempts: 3, firstDelayMs: 1, silenceMs: 1000 };

function failing(error: Error, times: number): { run: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    run: async () => {
      if (++calls <= times) throw error;
      return 'done';
    },
    calls: () => calls,
  };
}

const answered = (status: number): Error => new StatusError(status, 'said so');

describe('trying', () => {
  it.each([
    ['status 500', answered(500)],
    ['status 503', answered(503)],
    ['status 429', answered(429)],
    ['status 408', answered(408)],
    ['a broken connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['silence', new Error('no byte came or went for 1 ms')],
  ])('goes on after %s', async (_name, error) => {
    const { run, calls } = failing(error, 2);
    expect(await trying(policy, 'INPUT', 'gs://b/a', run)).toBe('done');
    expect(calls()).toBe(3);
  });

  it('ends, and says how often it tried', async () => {
    const { run, calls } = failing(answered(503), 9);
    const failed = trying(policy, 'INPUT', 'gs://b/a: cannot be read', run);
    await expect(failed).rejects.toThrow(
      'gs://b/a: cannot be read: Cloud Storage says 503 said so (tried 3 times)',
    );
    expect(calls()).toBe(3);
  });

  it.each([
    [answered(400), /400/],
    [answered(401), /gcloud auth application-default login/],
    [answered(403), /roles\/storage\.objectViewer/],
    [answered(404), /is the name right/],
    [new Error('Could not load the default credentials'), /gcloud auth/],
    [Object.assign(new Error('getaddrinfo ENOTFOUND storage'), { code: 'ENOTFOUND' }), /ENOTFOUND/],
  ])('ends at once: %s', async (error, message) => {
    const { run, calls } = failing(error, 9);
    await expect(trying(policy, 'OUTPUT', 'gs://b/a', run)).rejects.toThrow(message);
    expect(calls()).toBe(1);
  });

  it('leaves to the caller what only the caller understands', async () => {
    const conflict = answered(412);
    await expect(trying(policy, 'OUTPUT', 'x', failing(conflict, 9).run)).rejects.toBe(conflict);
    expect(isConflict(conflict)).toBe(true);
    expect(isMissing(answered(404))).toBe(true);
    const own = new WindrowError('FORMAT', 'no');
    await expect(trying(policy, 'OUTPUT', 'x', failing(own, 9).run)).rejects.toBe(own);
  });

  it('ends what falls silent, and leaves what does not', async () => {
    const hanging = untilSilent(
      20,
      (_heard, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    await expect(hanging).rejects.toThrow('no byte came or went for 20 ms');
    const own = untilSilent(1000, () => Promise.reject(answered(404)));
    await expect(own).rejects.toThrow('said so');
  });
});
