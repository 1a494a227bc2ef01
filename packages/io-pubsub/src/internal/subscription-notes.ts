/** What the configuration of a subscription means for a job that reads it. */
import type { protos } from '@google-cloud/pubsub-api';
import { WindrowError } from '@windrow/core';

type Subscription = protos.google.pubsub.v1.ISubscription;

/** A topic that was deleted has this name from then on. */
const DELETED_TOPIC = '_deleted-topic_';

/** @throws WindrowError INPUT for a subscription that hands its messages to somebody else */
export function subscriptionNotes(subscription: Subscription, uri: string): string[] {
  const elsewhere = deliveredElsewhere(subscription);
  if (elsewhere !== null) {
    throw new WindrowError(
      'INPUT',
      `${uri}: found a subscription that delivers to ${elsewhere}, expected one whose messages are pulled: create another one on the same topic`,
    );
  }
  const isExactlyOnce = subscription.enableExactlyOnceDelivery === true;
  const notes = [
    `may be read; topic ${subscription.topic ?? 'unknown'}, exactly-once delivery ${isExactlyOnce ? 'on' : 'off'}`,
  ];
  if (subscription.topic === DELETED_TOPIC || subscription.detached === true) {
    notes.push('its topic is gone or it is detached: nothing new will come');
  }
  if ((subscription.retryPolicy ?? null) === null) {
    notes.push('it has no retry policy: what could not be read in time comes again at once');
  }
  if ((subscription.filter ?? '') !== '') notes.push(`only messages with ${subscription.filter}`);
  const deadLetters = subscription.deadLetterPolicy?.deadLetterTopic ?? '';
  if (deadLetters !== '') {
    const most = subscription.deadLetterPolicy?.maxDeliveryAttempts ?? 5;
    notes.push(
      `Pub/Sub moves a message to ${deadLetters} after ${most} deliveries, also one that only waited for a checkpoint through as many restarts`,
    );
  }
  return notes;
}

function deliveredElsewhere(subscription: Subscription): string | null {
  const endpoint = subscription.pushConfig?.pushEndpoint ?? '';
  if (endpoint !== '') return endpoint;
  if ((subscription.bigqueryConfig?.table ?? '') !== '') return 'BigQuery';
  return (subscription.cloudStorageConfig?.bucket ?? '') === '' ? null : 'Cloud Storage';
}
