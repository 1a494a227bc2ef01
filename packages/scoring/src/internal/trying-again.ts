/** A second and third try for what may have failed by chance: a store that is busy, a connection that broke. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteFailure } from './remote-request.ts';

const DELAYS_MS = [100, 400] as const;
const TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

/** What `act` gives. A store that says nothing for a long time is not asked again: that took long enough. */
export async function tryingAgain<T>(act: () => Promise<T>): Promise<T> {
  for (const delayMs of DELAYS_MS) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof RemoteFailure) || !mayPass(error)) throw error;
      await sleep(delayMs);
    }
  }
  return act();
}

function mayPass({ status }: RemoteFailure): boolean {
  return (
    status === null || status === TIMEOUT || status === TOO_MANY_REQUESTS || status >= SERVER_ERROR
  );
}
