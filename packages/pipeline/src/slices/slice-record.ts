/** What is kept of a finished slice: written after its files, so that a slice with a record is whole. */
import {
  HEADINGS,
  WindrowError,
  messageOf,
  type DeadLetter,
  type Heading,
  type SampleCounts,
} from '@windrow/core';
import type { BackfillReport } from '../backfill-job.ts';
import type { Phase } from '../internal/phase-clock.ts';
import type { FileSeal } from './slice-file.ts';

/** What became of the windows of a target in one slice. */
export interface TargetCounts {
  readonly windows: number;
  readonly scored: number;
  readonly empty: number;
  readonly belowCoverage: number;
  readonly incomplete: number;
  readonly nonFinite: number;
  readonly firstEndMs: number | null;
  readonly lastEndMs: number | null;
}

export interface SliceRecord {
  readonly index: number;
  readonly predictions: number;
  readonly file: FileSeal;
  /** Rows that were set aside; null where they are not kept. */
  readonly letters: FileSeal | null;
  readonly samples: SampleCounts;
  readonly repeated: number;
  /** By the slice's own targets. */
  readonly targets: readonly TargetCounts[];
  /** The first ones. */
  readonly deadLetters: readonly DeadLetter[];
  readonly phasesMs: Readonly<Record<Phase, number>>;
  readonly later: { readonly put: number; readonly spilled: number };
  readonly stateBytes: number;
}

/** The record of a slice that came to its end. */
export function recordOf(
  index: number,
  report: BackfillReport,
  files: Pick<SliceRecord, 'file' | 'letters'>,
): SliceRecord {
  const targets = report.definitions.map((counts, target): TargetCounts => {
    const { windows, scored, empty, belowCoverage, incomplete, nonFinite } = counts;
    const own = { windows, scored, empty, belowCoverage, incomplete, nonFinite };
    return { ...own, ...report.windowSpans[target]! };
  });
  const { predictions, samples, repeated, deadLetters, phasesMs, later, stateBytes } = report;
  return {
    index,
    predictions,
    ...files,
    samples,
    repeated,
    targets,
    deadLetters,
    phasesMs,
    later,
    stateBytes,
  };
}

/**
 * Reads a record back.
 * @param where for messages
 * @throws WindrowError FORMAT where the text is none of ours
 */
export function parseRecord(text: string, where: string): SliceRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw noRecord(where, messageOf(error));
  }
  if (!isRecord(value)) throw noRecord(where, 'a field is missing or of another type');
  return value;
}

function noRecord(where: string, what: string): WindrowError {
  return new WindrowError(
    'FORMAT',
    `${where}: found no record of a slice (${what}); the same command with --fresh starts over`,
  );
}

const TARGET_NUMBERS = [
  'windows',
  'scored',
  'empty',
  'belowCoverage',
  'incomplete',
  'nonFinite',
] as const satisfies readonly (keyof TargetCounts)[];

function isRecord(value: unknown): value is SliceRecord {
  return (
    isObject(value) &&
    ['index', 'predictions', 'repeated', 'stateBytes'].every((key) => isCount(value[key])) &&
    isSeal(value['file']) &&
    (value['letters'] === null || isSeal(value['letters'])) &&
    areCounts(value['samples'], ['received', ...HEADINGS] satisfies ('received' | Heading)[]) &&
    areCounts(value['later'], ['put', 'spilled']) &&
    areCounts(value['phasesMs'], ['read', 'window', 'score', 'write'] satisfies Phase[]) &&
    Array.isArray(value['deadLetters']) &&
    Array.isArray(value['targets']) &&
    value['targets'].every((counts) => areCounts(counts, TARGET_NUMBERS))
  );
}

function isSeal(value: unknown): value is FileSeal {
  return isObject(value) && isCount(value['sizeBytes']) && typeof value['sha256'] === 'string';
}

function areCounts(value: unknown, keys: readonly string[]): boolean {
  return isObject(value) && keys.every((key) => isCount(value[key]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
