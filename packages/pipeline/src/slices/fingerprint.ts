/**
 * What a backfill is made of: two runs with the same fingerprint give the same bytes, so that what one has finished the other need not
 * do again.
 */
import { createHash } from 'node:crypto';
import type { Definition, ModelIdentity, Source, SourceSplit } from '@windrow/core';
import type { EndRange } from '@windrow/windowing';
import { listingIdentity } from './listing-identity.ts';
import type { Shard } from './slice.ts';

/** Goes up when slices of an earlier version cannot be gone on with. */
const FORMAT = 1;

/** By part: what it was, as text; long ones as their SHA-256. */
export type Fingerprint = Readonly<Record<FingerprintPart, string>>;

const PARTS = {
  version: 'the version of Windrow',
  definitions: 'the definitions',
  models: 'the models (identifier, version or content)',
  source: 'the source',
  samples: 'what the source holds (names, sizes, times of change)',
  range: '--start, --end or how far the checkpoint is',
  shard: '--shard',
  options: 'the options (--strict, --dead-letter)',
} as const;
type FingerprintPart = keyof typeof PARTS;

export interface FingerprintOf {
  readonly version: string;
  readonly definitions: readonly Definition[];
  /** By definition. */
  readonly models: readonly ModelIdentity[];
  readonly source: Source;
  /** As the source lists them now. */
  readonly splits: readonly SourceSplit[];
  readonly range: EndRange;
  readonly shard: Shard | null;
  readonly strict: boolean;
  readonly keepsLetters: boolean;
}

export async function fingerprintOf(of: FingerprintOf): Promise<Fingerprint> {
  const { source, splits, range, shard } = of;
  const listing = await listingIdentity(source, splits);
  const models = of.models.map((model) => [model.identifier, model.version, model.sha256]);
  return {
    version: `${of.version}, format ${FORMAT}`,
    definitions: digest(JSON.stringify(of.definitions)),
    models: digest(JSON.stringify(models)),
    source: source.uri,
    samples: digest(listing),
    range: `${range.afterMs} to ${range.untilMs}`,
    shard: shard === null ? 'all' : `${shard.index + 1}/${shard.count}`,
    options: JSON.stringify({ strict: of.strict, keepsLetters: of.keepsLetters }),
  };
}

/** What is not the same, in words; none where the two are equal. */
export function differences(
  found: Readonly<Record<string, unknown>>,
  expected: Fingerprint,
): string[] {
  return Object.entries(PARTS)
    .filter(([part]) => found[part] !== expected[part as FingerprintPart])
    .map(([, words]) => words);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
