/** Where a client connects to, and how. */
import type { v1 } from '@google-cloud/pubsub-api';
import { credentials } from '@grpc/grpc-js';
import { WindrowError, found } from '@windrow/core';
import { PassThroughClient } from 'google-auth-library';
import type { PubSubEnvironment } from '../pubsub-environment.ts';

/** Options that the generated clients take. */
export type ClientOptions = NonNullable<ConstructorParameters<typeof v1.SubscriberClient>[0]>;

const HTTPS_PORT = 443;
/** Pings over a connection that is silent, so that a dead one is found. As Google's own client sets them. */
const KEEPALIVE = {
  'grpc.keepalive_time_ms': 300_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

/**
 * Google's service, unless a URI or the environment names another place.
 * @param uri named in messages
 * @throws WindrowError USAGE where the place is no `host:port`
 */
export function clientOptions(
  uri: string,
  endpoint: string | null,
  environment: PubSubEnvironment,
): ClientOptions {
  const place = endpoint ?? environment.emulatorHost;
  if (place === null) return KEEPALIVE;
  const match = /^([^:/\s]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?$/i.exec(place);
  const isGoogle = match !== null && match[1]!.endsWith('.googleapis.com');
  const port = match?.[2] === undefined ? (isGoogle ? HTTPS_PORT : 0) : Number(match[2]);
  if (match === null || port < 1 || port > 65_535) {
    throw new WindrowError(
      'USAGE',
      `${uri}: endpoint: found ${found(place)}, expected host:port (an emulator's, or a regional one such as europe-west1-pubsub.googleapis.com)`,
    );
  }
  const options = { ...KEEPALIVE, servicePath: match[1]!, port };
  if (isGoogle) return options;
  // No credentials are looked for either, which takes seconds where there are none.
  const authClient = new PassThroughClient();
  return { ...options, authClient, sslCreds: credentials.createInsecure() };
}
