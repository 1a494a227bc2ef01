/** How far a stream had come, as its checkpoint says: for a backfill that goes on from there. Nothing is written or taken over. */
import { MetricDictionary, WindrowError, type BlobStore } from '@windrow/core';
import { WindowEngine } from '@windrow/windowing';
import { CheckpointStore } from './internal/checkpoint-store.ts';
import { admitInputs } from './internal/live-core.ts';
import { recover, type FoundCheckpoint } from './internal/recovery.ts';
import { readNotes, type JournalNotes } from './internal/replay.ts';
import { timerClock, type LiveClock } from './live-clock.ts';

export interface CheckpointProgress {
  /** Watermark of each line that was heard, by its id: windows that end there or before were judged. Infinite: the input was over. */
  readonly watermarksMs: ReadonlyMap<string, number>;
  /** Windows that were scored after that, as the journal says: `<output metric id> <window end>`. */
  readonly scored: ReadonlySet<string>;
}

/** Cells may lie so far past the watermark; a stream's own bound is not in its checkpoint. */
const AHEAD_MS = 600_000;

/**
 * Reads the newest checkpoint that is whole, and the journal after it.
 * @param readings clocks of the process
 * @throws WindrowError INPUT where there is no checkpoint, FORMAT where none can be used
 */
export async function readCheckpointProgress(
  blobs: BlobStore,
  readings: Pick<LiveClock, 'wallMs' | 'nowMs'>,
): Promise<CheckpointProgress> {
  const store = new CheckpointStore({
    store: blobs,
    owner: 'reader',
    about: 'reads only',
    clock: timerClock(readings),
    signal: new AbortController().signal,
    tell: () => undefined,
  });
  let progress: CheckpointProgress | null = null;
  await recover({
    store,
    use: async (found) => {
      const dictionary = new MetricDictionary().close();
      for (const generation of found.generations.values()) admitInputs(generation, dictionary);
      const notes = await readNotes(store, found, dictionary, (generation) =>
        admitInputs(generation, dictionary),
      );
      const watermarksMs = watermarksOf(found, dictionary, notes.isFinished);
      progress = { watermarksMs, scored: scoredIn(found, notes) };
    },
    refused: () => undefined,
  });
  if (progress !== null) return progress;
  throw new WindrowError('INPUT', `${blobs.uri}: found no checkpoint, expected that of a stream`);
}

function watermarksOf(
  { generation, parts }: FoundCheckpoint,
  dictionary: MetricDictionary,
  isFinished: boolean,
): Map<string, number> {
  const engine = new WindowEngine(generation.targets, {
    dictionary,
    outOfOrderMs: AHEAD_MS,
    aheadMs: 0,
    range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
  });
  engine.restore(parts);
  const heard = engine.lines.filter(({ watermarkMs }) => watermarkMs > Number.NEGATIVE_INFINITY);
  return new Map(
    heard.map(({ plan, watermarkMs }) => [
      plan.lineId,
      isFinished ? Number.POSITIVE_INFINITY : watermarkMs,
    ]),
  );
}

function scoredIn(found: FoundCheckpoint, { scores }: JournalNotes): Set<string> {
  let { targets } = found.generation;
  const names = new Set<string>();
  for (const note of scores) {
    if ('generation' in note) ({ targets } = note.generation);
    else names.add(nameOf(targets[note.score.target]!.definition, note.score.windowEndMs));
  }
  return names;
}

/** As it stands in `scored`. */
export function nameOf(
  { outputMetricId }: { readonly outputMetricId: string },
  windowEndMs: number,
): string {
  return `${outputMetricId} ${windowEndMs}`;
}
