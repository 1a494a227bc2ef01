/** What goes wrong in the fake, and when. Everything is off at first, and may be changed at any time. */
import { status } from '@grpc/grpc-js';

/** The next so many calls fail. */
export interface FailingCalls {
  count: number;
  code: status;
  /** What was asked for is done all the same: only the answer is lost. */
  isDone: boolean;
}

export class PubSubFaults {
  readonly publish: FailingCalls = { count: 0, code: status.UNAVAILABLE, isDone: false };
  readonly acknowledge: FailingCalls = { count: 0, code: status.UNAVAILABLE, isDone: false };
  readonly pull: FailingCalls = { count: 0, code: status.UNAVAILABLE, isDone: false };
  readonly streamingPull: FailingCalls = { count: 0, code: status.UNAVAILABLE, isDone: false };
  /** A stream ends with UNAVAILABLE after so many messages; 0: never. */
  breakAfterMessages = 0;
  /** Share of messages that are delivered a second time at once. */
  duplicates = 0;
  /** Messages are taken at random from so many that wait at the front; none is passed over more than twice as often. */
  disorder = 1;
  /** Share of acknowledgements that come too late. */
  expiredAcks = 0;
  /** With exactly-once delivery: share of acknowledgements that fail for the moment. */
  transientAcks = 0;
  /** The server sends so many messages more than a stream has asked for. */
  excess = 0;
  /** No account has any permission. */
  isDenied = false;

  /** Whether this call fails: the code, or null. */
  static take(calls: FailingCalls): status | null {
    if (calls.count === 0) return null;
    calls.count--;
    return calls.code;
  }
}
