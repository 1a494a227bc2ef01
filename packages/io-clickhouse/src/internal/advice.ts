/** What went wrong between here and ClickHouse, in words that say what to do, and whether trying again may help. */
import { WindrowError, messageOf } from '@windrow/core';

/** By ClickHouse's code of the error. */
const ADVICE: Readonly<Record<string, string>> = {
  '47': 'no such column; name the columns of the table by metric_id=, timestamp=, value=, arrival=, and see filter=',
  '60': 'no such table; the URI is clickhouse://host/database.table',
  '81': 'no such database; the URI is clickhouse://host/database.table',
  '62': 'the SQL is wrong; see filter=',
  '192': 'no such user',
  '193': 'wrong password',
  '194': 'a password is needed',
  '497': 'the user may not read that; it needs GRANT SELECT on the table',
  '516':
    'user or password is wrong; the user stands in the URI, the password there too, in CLICKHOUSE_PASSWORD or in the file of password_file=',
  '241':
    'the query needs more memory than it may have; read shorter slices (slice=15m), or without order=1',
  '159': 'the query ran longer than it may; read shorter slices (slice=15m)',
  '158': 'the query read more rows than it may; read shorter slices (slice=15m)',
  '307': 'the query read more bytes than it may; read shorter slices (slice=15m)',
};

/** Codes that may be gone next time: too busy, network, memory, a replica or keeper that is away. */
const TRANSIENT = new Set([
  '32',
  '202',
  '209',
  '210',
  '225',
  '236',
  '241',
  '242',
  '279',
  '286',
  '319',
  '394',
  '425',
  '439',
  '999',
]);

/** System errors that do not go away by themselves. */
const LASTING = /\b(?:ENOTFOUND|CERT_|SELF_SIGNED|UNABLE_TO_|ERR_TLS|DEPTH_ZERO|EPROTO|HPE_)/;

/** Whether the same query may succeed later. */
export function isTransient(error: unknown): boolean {
  const server = serverError(error);
  if (server !== null) return TRANSIENT.has(server.code);
  if (error instanceof WindrowError) return error.code === 'FORMAT';
  return !LASTING.test(`${codeOf(error)} ${messageOf(error)}`);
}

/** @param where which source, and which part of it */
export function explained(error: unknown, where: string, attempts: number): WindrowError {
  if (error instanceof WindrowError && error.code !== 'FORMAT') return error;
  const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
  const server = serverError(error);
  if (server !== null) {
    const advice = ADVICE[server.code];
    const what = `ClickHouse says ${server.type} (${server.code}): ${oneLine(messageOf(error))}`;
    const todo = advice === undefined ? '' : `; ${advice}`;
    return new WindrowError('INPUT', `${where}: ${what}${tried}${todo}`, { cause: error });
  }
  const what = oneLine(messageOf(error)) || codeOf(error);
  return new WindrowError(
    'INPUT',
    `${where}: ${what}${tried}; is ClickHouse's HTTP interface there (port 8123, with secure=1 8443), and does it stay up?`,
    { cause: error },
  );
}

/** What ClickHouse itself threw: its number and name. Every client has an error class of its own. */
export function serverError(
  error: unknown,
): { readonly code: string; readonly type: string } | null {
  const code = codeOf(error);
  if (!/^\d+$/.test(code)) return null;
  const type = error instanceof Error && 'type' in error ? String(error.type) : 'ERROR';
  return { code, type };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const MESSAGE_MAX = 600;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MESSAGE_MAX ? `${line.slice(0, MESSAGE_MAX)}...` : line;
}
