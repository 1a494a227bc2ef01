/** An end to waiting for what may never come. */
import { WindrowError } from '@windrow/core';

export interface Patience {
  readonly ms: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/**
 * What `promise` gives, or an error when patience ends. What the promise gives later is dropped; what it stands for goes on.
 * @throws WindrowError MODEL, naming `what`
 */
export async function withTimeout<T>(
  promise: Promise<T>,
  { ms, signal }: Patience,
  what: string,
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    reject(new WindrowError('MODEL', `${what}: not waited for, since the scorer was closed`));
  };
  const timer = setTimeout(() => {
    const remedy = 'is the store there, and does it answer?';
    reject(new WindrowError('MODEL', `${what}: found no answer for ${ms} ms; ${remedy}`));
  }, ms);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
