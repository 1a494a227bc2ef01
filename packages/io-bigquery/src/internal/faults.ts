/** What the services refuse, and whether trying again may help. */
import { WindrowError, messageOf, type ErrorCode } from '@windrow/core';

/** Codes of gRPC. */
export const GRPC = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * After these a call goes on from where it was. INTERNAL and CANCELLED are also what a stream that was reset (RST_STREAM) becomes.
 */
const TRANSIENT: ReadonlySet<number> = new Set([
  GRPC.cancelled,
  GRPC.deadlineExceeded,
  GRPC.resourceExhausted,
  GRPC.aborted,
  GRPC.internal,
  GRPC.unavailable,
]);

/** The code of an error: of gRPC, or the HTTP status of REST; null where it has none. */
export function codeOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
    ? error.code
    : null;
}

/** Whether the same gRPC call may work when it is tried again. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (code === null) return error instanceof Error && isPremature(error);
  return TRANSIENT.has(code) || (code === GRPC.unknown && isReset(error));
}

function isReset(error: unknown): boolean {
  return /RST_STREAM|Connection dropped|ECONNRESET|socket hang up/i.test(messageOf(error));
}

/** A stream of the client that was closed without an end. */
function isPremature(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** What was tried, for messages. */
export interface Attempt {
  /** `INPUT` for sources, `OUTPUT` for sinks. */
  readonly code: ErrorCode;
  /** The URI, or the table. */
  readonly what: string;
  /** `reading`: what could not be done. */
  readonly doing: string;
  /** The roles that it takes. */
  readonly roles: string;
}

/** The error that users see for what a client threw: what is missing, and what to do. */
export function refusal(error: unknown, { code, what, doing, roles }: Attempt): WindrowError {
  if (error instanceof WindrowError) return error;
  return new WindrowError(
    code,
    `${what}: ${doing}: ${firstLine(error)}${adviceFor(error, roles)}`,
    {
      cause: error,
    },
  );
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0]!.trim();
}

function adviceFor(error: unknown, roles: string): string {
  const status = codeOf(error);
  if (
    /Could not load the default credentials|Unable to detect a Project Id/i.test(messageOf(error))
  ) {
    return '; expected application default credentials: run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS';
  }
  if (status === GRPC.permissionDenied || status === 403) {
    return `; expected the roles ${roles} for the account that runs this: grant them, or use another account`;
  }
  if (status === GRPC.unauthenticated || status === 401) {
    return '; the credentials were not accepted: renew them with `gcloud auth application-default login`';
  }
  if (status === GRPC.notFound || status === 404) {
    return '; expected project.dataset.table as the console shows it: check the names and the location';
  }
  if (status === GRPC.failedPrecondition && /expired/i.test(messageOf(error))) {
    return '; a read session lives six hours: read a shorter range at a time';
  }
  return '';
}
