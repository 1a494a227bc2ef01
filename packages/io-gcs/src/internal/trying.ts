/** Requests to Cloud Storage: tried again while that may help, ended when nothing comes, and told of in words that say what to do. */
import { setTimeout as wait } from 'node:timers/promises';
import { WindrowError, messageOf, type ErrorCode } from '@windrow/core';

export interface Trying {
  /** At least 1. Default 6. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one, up to 10 s. Default 250 ms. */
  readonly firstDelayMs: number;
  /** A request ends after this time without a byte. Default 60 s. */
  readonly silenceMs: number;
}

export const TRYING: Trying = { attempts: 6, firstDelayMs: 250, silenceMs: 60_000 };

const DELAY_MS_MAX = 10_000;
const PRECONDITION_FAILED = 412;
const NOT_FOUND = 404;

/**
 * Runs until it succeeds, fails for good, or there are no attempts left.
 * @param what names the object, and what is done with it: `gs://b/a: cannot be read`
 * @throws WindrowError of `code`; what says that a precondition failed, as it is
 */
export async function trying<Result>(
  { attempts, firstDelayMs }: Trying,
  code: ErrorCode,
  what: string,
  run: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (isConflict(error) || error instanceof WindrowError) throw error;
      if (attempt >= attempts || !isTransient(error)) {
        throw new WindrowError(code, `${what}: ${explained(error, attempt)}`, { cause: error });
      }
    }
    await wait(Math.min(DELAY_MS_MAX, firstDelayMs * 2 ** (attempt - 1)));
  }
}

/** The object has not the generation that it was expected to have. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === PRECONDITION_FAILED;
}

export function isMissing(error: unknown): boolean {
  return statusOf(error) === NOT_FOUND;
}

/** HTTP status of an answer; null where there was none. */
function statusOf(error: unknown): number | null {
  return error instanceof StatusError ? error.status : null;
}

function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== null) return status === 408 || status === 429 || status >= 500;
  return !/\bENOTFOUND\b|credentials|certificate|invalid_grant|\bCERT_/i.test(messageOf(error));
}

function explained(error: unknown, attempts: number): string {
  const status = statusOf(error);
  const text = oneLine(messageOf(error));
  const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
  const advice = status === null ? adviceOfText(text) : (ADVICE[status] ?? '');
  const says = status === null ? text : `Cloud Storage says ${status} ${text}`;
  return `${says.trim()}${tried}${advice}`;
}

const ADVICE: Readonly<Record<number, string>> = {
  401: '; are there credentials? (application default credentials: gcloud auth application-default login, or a service account)',
  403: '; the account needs roles/storage.objectViewer on the bucket to read, roles/storage.objectUser to write',
  404: '; is the name right, and is the object still there?',
};

function adviceOfText(text: string): string {
  return /credentials/i.test(text) ? ADVICE[401]! : '';
}

const TEXT_MAX = 400;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX)}...` : line;
}

/** An answer with another status than 2xx. */
export class StatusError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Something came or went. */
export type Heard = () => void;

/** Runs, and ends what it runs by the signal when nothing is heard for a time. Throws what says so. */
export async function untilSilent<Result>(
  silenceMs: number,
  run: (heard: Heard, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const aborting = new AbortController();
  const timer = setTimeout(() => aborting.abort(), silenceMs);
  try {
    return await run(() => void timer.refresh(), aborting.signal);
  } catch (error) {
    if (!aborting.signal.aborted) throw error;
    throw new Error(`no byte came or went for ${silenceMs} ms`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
