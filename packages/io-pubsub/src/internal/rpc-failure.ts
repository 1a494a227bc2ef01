/** What a failed call to Pub/Sub means: wait and try again, or give up and say what to do. */
import { status } from '@grpc/grpc-js';
import { WindrowError, messageOf } from '@windrow/core';
import type { PubSubUri } from '../pubsub-uri.ts';

/** Everything else will not go away by trying again. */
const TRANSIENT: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  // Credentials expire, and the server that renews them may be away for a moment.
  status.UNAUTHENTICATED,
]);

/** The gRPC status of an error, or null where it never came to a call. */
export function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'number' ? error.code : null;
}

export function isTransient(error: unknown): boolean {
  const code = statusOf(error);
  return code === null ? !isCredentials(error) : TRANSIENT.has(code);
}

function isCredentials(error: unknown): boolean {
  return /default credentials|invalid_grant|private.?key|ENOENT/i.test(messageOf(error));
}

/** What kind of thing a URI names. */
export type Role = 'subscription' | 'topic';

const ROLE_OF: Readonly<Record<Role, string>> = {
  subscription: 'roles/pubsub.subscriber',
  topic: 'roles/pubsub.publisher',
};

/**
 * The error that users see: which project and name, what the server said, what to do.
 * @param retriedMs how long it was tried; 0 where trying again is of no use
 */
export function failureOf(
  error: unknown,
  { uri, project, name }: PubSubUri,
  role: Role,
  retriedMs: number,
): WindrowError {
  const what = `${uri.split('?')[0]}: the ${role} ${name} of the project ${project}`;
  const said = `Pub/Sub said: ${messageOf(error)}`;
  const tried = retriedMs > 0 ? ` for ${Math.round(retriedMs / 1000)} s` : '';
  const text = `${what} ${reasonOf(error, role)}${tried}: ${adviceOf(error, project, role)}. ${said}`;
  return new WindrowError(role === 'topic' ? 'OUTPUT' : 'INPUT', text, { cause: error });
}

function reasonOf(error: unknown, role: Role): string {
  const code = statusOf(error);
  if (code === status.NOT_FOUND) return 'was not found';
  if (code === status.PERMISSION_DENIED) return 'may not be used';
  return role === 'topic' ? 'could not be written' : 'could not be read';
}

function adviceOf(error: unknown, project: string, role: Role): string {
  switch (statusOf(error)) {
    case status.NOT_FOUND: {
      const other = role === 'topic' ? 'a subscription' : 'a topic';
      return `create it, or put right the project or the name (a ${role} is expected here, not ${other})`;
    }
    case status.PERMISSION_DENIED:
      return `give the account that this runs as ${ROLE_OF[role]} on it, and see that the Pub/Sub API is enabled in ${project}`;
    case status.UNAUTHENTICATED:
      return 'see that the credentials are valid (GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login)';
    case status.FAILED_PRECONDITION:
    case status.INVALID_ARGUMENT:
      return `see that the ${role} is configured as docs/PUBSUB.md says`;
    case null:
      return isCredentials(error)
        ? 'give credentials (GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login)'
        : 'see that the network lets it through';
    default:
      return 'see that Pub/Sub can be reached and quotas suffice, then start again: nothing is lost';
  }
}
