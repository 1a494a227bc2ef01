/** Where traces go: OTLP over HTTP. */
import { WindrowError, found } from '@windrow/core';

/** A collector that has not answered by then is away. */
const ANSWER_MS_MAX = 10_000;

/** @throws WindrowError USAGE for an endpoint that is no URL */
export function refuseNoEndpoint(endpoint: string): void {
  if (/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return;
  throw new WindrowError(
    'USAGE',
    `--otel-endpoint: found ${found(endpoint)}, expected a URL such as http://localhost:4318/v1/traces`,
  );
}

/**
 * Sends a request without traces; a line for what was found.
 * @throws WindrowError USAGE for no URL, OUTPUT where nobody takes traces
 */
export async function checkEndpoint(endpoint: string): Promise<string> {
  refuseNoEndpoint(endpoint);
  const answer = await ask(endpoint);
  if (answer.ok) return 'takes traces';
  throw new WindrowError(
    'OUTPUT',
    `answers ${answer.status} ${answer.statusText}, expected 200; the path of a collector is mostly /v1/traces`,
  );
}

async function ask(endpoint: string): Promise<Response> {
  try {
    return await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceSpans":[]}',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error && cause.message !== '' ? cause.message : message;
    throw new WindrowError('OUTPUT', `nobody takes traces there: ${why}`, { cause: error });
  }
}
