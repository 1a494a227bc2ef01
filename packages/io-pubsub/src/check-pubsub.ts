/** Tries a connection without receiving or publishing anything: does it exist, may it be used, how is it configured? */
import { status } from '@grpc/grpc-js';
import { v1 } from '@google-cloud/pubsub-api';
import { WindrowError } from '@windrow/core';
import { oneAttempt } from './internal/call-options.ts';
import { clientOptions } from './internal/endpoint.ts';
import { failureOf, statusOf, type Role } from './internal/rpc-failure.ts';
import { subscriptionNotes } from './internal/subscription-notes.ts';
import type { PubSubEnvironment } from './pubsub-environment.ts';
import type { PubSubUri } from './pubsub-uri.ts';
import { parseDeadLetterTopic, parsePredictionTopic } from './sink-options.ts';
import { parseSourceOptions } from './source-options.ts';

const TIMEOUT_MS = 20_000;

/**
 * Tries a subscription.
 * @returns what was found, a line each, for whoever sets it up
 * @throws WindrowError USAGE for a wrong URI, INPUT where the subscription cannot be read, saying what to do
 */
export async function checkPubSubSource(
  uri: string,
  environment: PubSubEnvironment,
): Promise<readonly string[]> {
  const options = parseSourceOptions(uri);
  const client = new v1.SubscriberClient(clientOptions(uri, options.endpoint, environment));
  const subscription = `projects/${options.uri.project}/subscriptions/${options.uri.name}`;
  return attempt(client, options.uri, 'subscription', async () => {
    await expectPermission(client, subscription, 'pubsub.subscriptions.consume');
    const found = await permitted(client.getSubscription({ subscription }, oneAttempt(TIMEOUT_MS)));
    if (found === null) {
      return ['may be read; its configuration may not be seen (roles/pubsub.viewer shows it)'];
    }
    return subscriptionNotes(found[0], uri);
  });
}

/**
 * Tries a topic of predictions or of dead letters.
 * @returns what was found, a line each, for whoever sets it up
 * @throws WindrowError USAGE for a wrong URI, OUTPUT where the topic cannot be written, saying what to do
 */
export async function checkPubSubSink(
  uri: string,
  what: 'predictions' | 'dead letters',
  environment: PubSubEnvironment,
): Promise<readonly string[]> {
  const options = what === 'predictions' ? parsePredictionTopic(uri) : parseDeadLetterTopic(uri);
  const client = new v1.PublisherClient(clientOptions(uri, options.endpoint, environment));
  const topic = `projects/${options.uri.project}/topics/${options.uri.name}`;
  return attempt(client, options.uri, 'topic', async () => {
    await expectPermission(client, topic, 'pubsub.topics.publish');
    const found = await permitted(client.getTopic({ topic }, oneAttempt(TIMEOUT_MS)));
    return [found === null ? 'may be written' : 'is there and may be written'];
  });
}

async function attempt(
  client: v1.SubscriberClient | v1.PublisherClient,
  uri: PubSubUri,
  role: Role,
  look: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    await client.initialize();
    return await look();
  } catch (error) {
    throw error instanceof WindrowError ? error : failureOf(error, uri, role, 0);
  } finally {
    await client.close();
  }
}

/** Asks whether we have a permission, which everybody may ask. An emulator knows no permissions. */
async function expectPermission(
  client: v1.SubscriberClient | v1.PublisherClient,
  resource: string,
  permission: string,
): Promise<void> {
  const request = { resource, permissions: [permission] };
  let granted: readonly string[];
  try {
    const [answer] = await client.testIamPermissions(
      { ...request, toJSON: () => request },
      oneAttempt(TIMEOUT_MS),
    );
    granted = answer.permissions;
  } catch (error) {
    if (statusOf(error) === status.UNIMPLEMENTED) return;
    throw error;
  }
  if (granted.includes(permission)) return;
  throw Object.assign(new Error(`the permission ${permission} is missing`), {
    code: status.PERMISSION_DENIED,
  });
}

/** The answer, or null where we may not ask. */
async function permitted<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === status.PERMISSION_DENIED) return null;
    throw error;
  }
}
