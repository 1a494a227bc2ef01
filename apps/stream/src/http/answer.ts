/** Answers of the HTTP server; problems as RFC 9457 has them. */

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  500: 'Internal Server Error',
};

export function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

export function plain(text: string, status = 200): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

/** @param detail what was found and what is expected */
export function problem(status: number, detail: string): Answer {
  const body = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail };
  return { status, type: 'application/problem+json', body: `${JSON.stringify(body)}\n` };
}
