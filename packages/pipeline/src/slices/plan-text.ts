/** The plan of a sliced backfill as text: what it is made of, and where it is cut. */
import { WindrowError } from '@windrow/core';
import type { Fingerprint } from './fingerprint.ts';
import type { Cuts } from './slice.ts';

export interface SavedPlan {
  /** As it was found; to be compared. */
  readonly fingerprint: Readonly<Record<string, unknown>>;
  readonly cuts: Cuts;
}

export function planText(fingerprint: Fingerprint, { range, cutsMs, groups }: Cuts): string {
  // JSON has no infinities: an open end is null.
  return JSON.stringify({
    fingerprint,
    start_ms: Number.isFinite(range.afterMs) ? range.afterMs : null,
    end_ms: Number.isFinite(range.untilMs) ? range.untilMs : null,
    cuts_ms: cutsMs,
    groups,
  });
}

/** @throws WindrowError FORMAT where the text is no plan */
export function parsePlan(text: string, where: string): SavedPlan {
  const value = parsed(text);
  const fingerprint = value?.['fingerprint'];
  const start = value?.['start_ms'];
  const end = value?.['end_ms'];
  const cutsMs = value?.['cuts_ms'];
  const groups = value?.['groups'];
  if (
    !isObject(fingerprint) ||
    !(start === null || typeof start === 'number') ||
    !(end === null || typeof end === 'number') ||
    !areNumbers(cutsMs) ||
    !Array.isArray(groups) ||
    !groups.every(areNumbers)
  ) {
    throw new WindrowError(
      'FORMAT',
      `${where}: plan.json is not what a run writes; the same command with --fresh starts over`,
    );
  }
  const range = {
    afterMs: start ?? Number.NEGATIVE_INFINITY,
    untilMs: end ?? Number.POSITIVE_INFINITY,
  };
  return { fingerprint, cuts: { range, cutsMs, groups } };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}
