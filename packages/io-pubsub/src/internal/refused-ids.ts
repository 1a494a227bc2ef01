/** What exactly-once delivery adds to the error of a request for many messages: which of them it is about. */

/** Why single ids were refused, by id; null where the error says nothing of them. */
export function refusedIds(error: unknown): ReadonlyMap<string, string> | null {
  if (typeof error !== 'object' || error === null || !('errorInfoMetadata' in error)) return null;
  const metadata = error.errorInfoMetadata;
  if (typeof metadata !== 'object' || metadata === null) return null;
  const reasons = Object.entries(metadata).filter(([, reason]) =>
    /^(?:PERMANENT|TRANSIENT)_FAILURE_/.test(String(reason)),
  );
  return reasons.length === 0
    ? null
    : new Map(reasons.map(([ackId, reason]) => [ackId, String(reason)]));
}
