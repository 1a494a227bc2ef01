/** When too much waits, and for whom. */
import type { LiveBounds } from '../live-job-options.ts';
import type { LiveMachine } from './live-machine.ts';

const BOUNDS: LiveBounds = {
  predictions: 100_000,
  deadLetters: 10_000,
  journalBytes: 16 << 20,
};

/** The bounds of a job, with the defaults. */
export function boundsOf(given: Partial<LiveBounds> | undefined): LiveBounds {
  return { ...BOUNDS, ...given };
}

/** Why nothing more may be read for the moment; null: it may. */
export function pauseReasonOf(
  { core, sinks, letters, commits }: LiveMachine,
  bounds: LiveBounds,
): string | null {
  for (const { key, published } of sinks) {
    const backlog = core.outbox.made - published;
    if (backlog >= bounds.predictions) return `${backlog} predictions wait for ${key}`;
  }
  if (letters.backlog >= bounds.deadLetters) {
    return `${letters.backlog} dead letters wait for their sink`;
  }
  const { uncommittedBytes } = commits;
  return uncommittedBytes >= bounds.journalBytes
    ? `${uncommittedBytes} bytes of the journal wait for the checkpoint store`
    : null;
}
