/** Sinks that could never show what they were given. */
import { WindrowError } from '@windrow/core';
import { parseUri } from '@windrow/io';
import type { Settings } from '../config/settings.ts';
import type { Outside } from './outside.ts';
import { sourceKind } from './source-kinds.ts';

/** They are there, whole, when the run has come to its end. */
const SHOWN_AT_END: ReadonlySet<string> = new Set(['file', 'gs']);

/** @throws WindrowError USAGE for a file beside sources that never end, or beside checkpoints */
export function refuseUnfitSink(uri: string, settings: Settings, outside: Outside): void {
  if (!SHOWN_AT_END.has(parseUri(uri).scheme)) return;
  const endless = settings.source.find((source) => !sourceKind(source, outside).mayEnd);
  const reason =
    endless !== undefined
      ? `${endless} never does`
      : settings.checkpoint !== null
        ? 'what is in a checkpoint may be gone on with by another process, which cannot go on with this file'
        : null;
  if (reason === null) return;
  throw new WindrowError(
    'USAGE',
    `--sink: ${uri}: found a file that is shown when every source has ended; ${reason}; expected files:FOLDER?interval=1h, or another sink that takes batch by batch`,
  );
}
