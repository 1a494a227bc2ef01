/** Requests to a store elsewhere: every wait ends, and what is left of an answer goes with it. */
import { WindrowError, found, messageOf } from '@windrow/core';
import type { StallGuard } from './stall-guard.ts';

/** The store did not answer as it should, or the network was in the way: nothing is known of what was asked for. */
export class RemoteFailure extends WindrowError {
  /** Of the answer; null where none came, or not all of it. */
  readonly status: number | null;

  constructor(message: string, status: number | null, options?: { readonly cause?: unknown }) {
    super('MODEL', message, options);
    this.status = status;
  }
}

/**
 * @param place for messages
 * @throws RemoteFailure where nobody answers; WindrowError MODEL where nothing comes for too long
 */
export async function answerOf(
  url: URL,
  place: string,
  headers: Readonly<Record<string, string>>,
  { signal }: StallGuard,
): Promise<Response> {
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new RemoteFailure(`${place}: cannot be reached: ${messageOf(cause)}`, null, {
      cause: error,
    });
  }
}

/**
 * The bytes of an answer as they come. Who stops reading ends the request.
 * @throws RemoteFailure for another status than 200, and where it breaks off; WindrowError MODEL where nothing comes for too long
 */
export async function* bodyOf(
  response: Response,
  place: string,
  guard: StallGuard,
): AsyncGenerator<Uint8Array> {
  const { status, statusText, body } = response;
  if (status !== 200 || body === null) {
    await body?.cancel();
    const answer = `${status} ${statusText}`.trim();
    throw new RemoteFailure(`${place}: found the answer ${found(answer)}, expected 200`, status);
  }
  try {
    for await (const chunk of body) {
      guard.heard();
      yield chunk as Uint8Array;
    }
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    throw new RemoteFailure(`${place}: broke off: ${messageOf(error)}`, null, { cause: error });
  }
}

/** A whole answer. @throws as `bodyOf`, and WindrowError MODEL where it has more than `bytesMax` */
export async function bytesOf(
  response: Response,
  place: string,
  guard: StallGuard,
  bytesMax: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(response, place, guard)) {
    size += chunk.length;
    if (size > bytesMax) {
      throw new WindrowError('MODEL', `${place}: found more than ${bytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
