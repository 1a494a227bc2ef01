/** One attempt a call: the retries are ours, so that they are counted and have one budget. */

export interface OneAttempt {
  readonly timeout: number;
  readonly retry: {
    readonly retryCodes: number[];
    readonly backoffSettings: {
      readonly initialRetryDelayMillis: number;
      readonly retryDelayMultiplier: number;
      readonly maxRetryDelayMillis: number;
    };
  };
}

export function oneAttempt(timeoutMs: number): OneAttempt {
  return {
    timeout: timeoutMs,
    retry: {
      retryCodes: [],
      backoffSettings: {
        initialRetryDelayMillis: 0,
        retryDelayMultiplier: 1,
        maxRetryDelayMillis: 0,
      },
    },
  };
}
