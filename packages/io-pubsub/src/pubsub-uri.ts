/** `pubsub://PROJECT/NAME?option=value&...`: a subscription where samples are read, a topic where something is written. */
import { WindrowError, found } from '@windrow/core';

export interface PubSubUri {
  /** As written, for messages. */
  readonly uri: string;
  readonly project: string;
  /** Of the subscription or topic, without its path. */
  readonly name: string;
  readonly options: URLSearchParams;
}

/** Names of subscriptions and topics: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
const NAME = /^[A-Za-z][\w.~+%-]{2,254}$/;
/** Ids of projects, with the domain that old ones have before a colon. */
const PROJECT = /^(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{3,62}$/;

/**
 * @param role what NAME names
 * @throws WindrowError USAGE where the text is no such URI
 */
export function parsePubSubUri(uri: string, role: 'subscription' | 'topic'): PubSubUri {
  const match = /^pubsub:\/\/([^/?#]*)\/([^/?#]*)(?:\?([^#]*))?$/i.exec(uri);
  const project = match?.[1] ?? '';
  const name = match?.[2] ?? '';
  if (match === null || !PROJECT.test(project) || !NAME.test(name) || /^goog/i.test(name)) {
    throw new WindrowError(
      'USAGE',
      `found ${found(uri)}, expected pubsub://PROJECT/${role.toUpperCase()} with the id of a project (a small letter, then 3 to 62 small letters, digits or hyphens) and the name of a ${role} (a letter, then 2 to 254 letters, digits or -._~+%; not beginning with goog)`,
    );
  }
  return { uri, project, name, options: new URLSearchParams(match[3] ?? '') };
}
