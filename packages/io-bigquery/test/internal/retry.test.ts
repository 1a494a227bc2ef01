import { describe, expect, it } from 'vitest';
import { GRPC, isTransient, refusal } from '../../src/internal/faults.ts';
import { RetryBudget, retried, waitMsAfter } from '../../src/internal/retry.ts';

class Coded extends Error {
  readonly code: number | string;

  constructor(code: number | string, message = 'x') {
    super(message);
    this.code = code;
  }
}

describe('waitMsAfter', () => {
  it('doubles with each failure, up to a limit, and ends', () => {
    const waits = (options: object): (number | null)[] =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => waitMsAfter(failures, options));
    expect(waits({})).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, null]);
    const options = { failuresMax: 5, waitMs: 100, waitMsMax: 300 };
    expect(waits(options)).toEqual([100, 200, 300, 300, null, null, null, null]);
  });
});

describe('RetryBudget', () => {
  it('counts failures in a row, from one again after progress', async () => {
    const budget = new RetryBudget({ failuresMax: 3, waitMs: 0 });
    expect([await budget.again(), await budget.again()]).toEqual([true, true]);
    budget.progress();
    expect([await budget.again(), await budget.again()]).toEqual([true, true]);
    expect(await budget.again()).toBe(false);
  });
});

describe('retried', () => {
  it('throws the last error, at once where trying again does not help', async () => {
    let calls = 0;
    const run = (code: number) => async (): Promise<never> => {
      calls++;
      await Promise.resolve();
      throw new Coded(code, `call ${calls}`);
    };
    const options = { failuresMax: 3, waitMs: 0 };
    await expect(retried(run(GRPC.unavailable), isTransient, options)).rejects.toThrow('call 3');
    await expect(retried(run(GRPC.notFound), isTransient, options)).rejects.toThrow('call 4');
  });
});

describe('isTransient', () => {
  it.each([
    [GRPC.unavailable, true],
    [GRPC.internal, true],
    [GRPC.aborted, true],
    [GRPC.cancelled, true],
    [GRPC.deadlineExceeded, true],
    [GRPC.resourceExhausted, true],
    [GRPC.permissionDenied, false],
    [GRPC.notFound, false],
    [GRPC.outOfRange, false],
    [GRPC.unknown, false],
    ['ERR_STREAM_PREMATURE_CLOSE', true],
    ['ENOENT', false],
  ])('code %s: %s', (code, expected) => {
    expect(isTransient(new Coded(code))).toBe(expected);
  });

  it('takes an unknown error for what its text says', () => {
    expect(isTransient(new Coded(GRPC.unknown, 'Received RST_STREAM with code 2'))).toBe(true);
    expect(isTransient(new Error('no code'))).toBe(false);
  });
});

describe('refusal', () => {
  const attempt = {
    code: 'INPUT',
    what: 'bigquery://p.d.t',
    doing: 'reading',
    roles: 'r',
  } as const;

  it.each([
    [
      new Error('Could not load the default credentials. Browse to ...'),
      /gcloud auth application-default login/,
    ],
    [new Coded(401), /renew them/],
    [new Coded(GRPC.unauthenticated), /renew them/],
    [new Coded(403), /expected the roles r for the account/],
    [new Coded(GRPC.notFound), /check the names and the location/],
  ])('says what to do: %s', (error, advice) => {
    const refused = refusal(error, attempt);
    expect(refused.message).toMatch(/^bigquery:\/\/p\.d\.t: reading: /);
    expect(refused.message).toMatch(advice);
    expect(refused.cause).toBe(error);
  });
});
