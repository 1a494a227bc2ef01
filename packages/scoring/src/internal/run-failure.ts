/** Why windows got no number, as the statistics count it. */
import { WindrowError } from '@windrow/core';
import type { FailureReason } from '../model-statistics.ts';

export class RunFailure extends WindrowError {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: { readonly cause?: unknown }) {
    super('MODEL', message, options);
    this.reason = reason;
  }
}

/** Under what a failed run is counted. */
export function reasonOf(error: unknown): FailureReason {
  return error instanceof RunFailure ? error.reason : 'run';
}
