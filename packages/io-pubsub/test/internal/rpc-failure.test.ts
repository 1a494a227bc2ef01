import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { failureOf, isTransient } from '../../src/internal/rpc-failure.ts';
import { parsePubSubUri } from '../../src/pubsub-uri.ts';

const uri = parsePubSubUri('pubsub://my-project/thing?endpoint=x:1', 'topic');

function grpcError(code: status): Error {
  return Object.assign(new Error(`${code} details`), { code });
}

describe('failed calls', () => {
  it('are tried again where waiting may help', () => {
    const transient = Object.values(status).filter(
      (code) => typeof code === 'number' && isTransient(grpcError(code)),
    );
    expect(transient).toEqual([1, 2, 4, 8, 10, 13, 14, 16]);
    expect(isTransient(new Error('connect ETIMEDOUT'))).toBe(true);
    expect(isTransient(new Error('Could not load the default credentials.'))).toBe(false);
  });

  it('become errors that say what, where and what to do', () => {
    for (const [error, role, text] of [
      [
        grpcError(status.NOT_FOUND),
        'subscription',
        'pubsub://my-project/thing: the subscription thing of the project my-project was not found: create it, or put right the project or the name (a subscription is expected here, not a topic). Pub/Sub said: 5 details',
      ],
      [grpcError(status.NOT_FOUND), 'topic', '(a topic is expected here, not a subscription)'],
      [
        grpcError(status.PERMISSION_DENIED),
        'topic',
        'may not be used: give the account that this runs as roles/pubsub.publisher on it',
      ],
      [grpcError(status.PERMISSION_DENIED), 'subscription', 'roles/pubsub.subscriber'],
      [
        grpcError(status.UNAUTHENTICATED),
        'topic',
        'could not be written for 600 s: see that the credentials are valid',
      ],
      [
        grpcError(status.UNAVAILABLE),
        'subscription',
        'could not be read for 600 s: see that Pub/Sub can be reached',
      ],
      [grpcError(status.INVALID_ARGUMENT), 'topic', 'configured as docs/PUBSUB.md says'],
      [new Error('Could not load the default credentials.'), 'topic', ': give credentials ('],
      [new Error('getaddrinfo ENOTFOUND'), 'topic', 'see that the network lets it through'],
    ] as const) {
      const failure = failureOf(error, uri, role, isTransient(error) ? 600_000 : 0);
      expect(failure.message).toContain(text);
      expect(failure.code).toBe(role === 'topic' ? 'OUTPUT' : 'INPUT');
      expect(failure.cause).toBe(error);
    }
  });
});
