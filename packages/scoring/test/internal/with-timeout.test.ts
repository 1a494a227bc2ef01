import { describe, expect, it } from 'vitest';
import { withTimeout } from '../../src/internal/with-timeout.ts';

const never = new Promise<never>(() => {});
const { signal } = new AbortController();

describe('withTimeout', () => {
  it('gives what the promise gives, error or not', async () => {
    expect(await withTimeout(Promise.resolve(7), { ms: 1e6, signal }, 'it')).toBe(7);
    const failed = Promise.reject(new TypeError('no'));
    await expect(withTimeout(failed, { ms: 1e6, signal }, 'it')).rejects.toThrow(TypeError);
  });

  it('ends with the time', async () => {
    await expect(withTimeout(never, { ms: 5, signal }, 'it')).rejects.toThrow(
      /^it: found no answer for 5 ms/,
    );
  });

  it('ends with the signal, before or after', async () => {
    const closing = new AbortController();
    const waiting = withTimeout(never, { ms: 1e6, signal: closing.signal }, 'it');
    closing.abort();
    await expect(waiting).rejects.toThrow(/^it: not waited for/);
    await expect(withTimeout(never, { ms: 1e6, signal: closing.signal }, 'it')).rejects.toThrow(
      /not waited for/,
    );
  });
});
