/** Whether the job does its work, and if not, why. */
import type { LiveJobStatus, LiveSinkStatus, LiveSourceStatus } from '@windrow/pipeline';

/** A sink may be slow for so long before somebody should know; less where it says itself that it fails. */
const PUBLISHING_MS_MAX = 10_000;
const RETRYING_MS_MAX = 3000;
/** One step of the job may take so long: definitions that come with large models take their time. */
const STEP_MS_MAX = 30_000;
/** A checkpoint may be so many snapshots old, and at least so old, before somebody should know. */
const SNAPSHOTS_MISSED = 6;
const CHECKPOINT_AGE_MS_MIN = 30_000;

/** What the job itself does not know. */
export interface Around {
  /** How often a snapshot is made; null where none is. */
  readonly snapshotMs: number | null;
  /** Scoring workers that died and are not yet replaced as they were. */
  readonly workersDown: number;
}

/** Reasons, a sentence each; none where all is well. */
export function reasonsNotReady(
  status: LiveJobStatus,
  { snapshotMs, workersDown }: Around,
): string[] {
  const reasons: string[] = [];
  if (status.state !== 'running') reasons.push(`the job is ${status.state}`);
  if (status.state === 'starting' || status.state === 'restoring') return reasons;
  reasons.push(...status.sources.flatMap(aboutSource), ...status.sinks.flatMap(aboutSink));
  if (status.stepMs !== null && status.stepMs >= STEP_MS_MAX) {
    reasons.push(
      `the job has been at one step for ${Math.round(status.stepMs / 1000)} s: a model that does not answer, or one that takes long to load`,
    );
  }
  if (workersDown > 0) {
    reasons.push(`scoring workers that died and do not have their models again: ${workersDown}`);
  }
  const letters = status.deadLetters.sink;
  if (letters !== null && (letters.state === 'failed' || letters.state === 'retrying')) {
    reasons.push(`the sink of dead letters ${letters.uri} is ${letters.state}: ${letters.error}`);
  }
  const { checkpoint } = status;
  if (checkpoint !== null && snapshotMs !== null) {
    const ageMsMax = Math.max(CHECKPOINT_AGE_MS_MIN, SNAPSHOTS_MISSED * snapshotMs);
    if (checkpoint.ageMs !== null && checkpoint.ageMs > ageMsMax) {
      const why = checkpoint.error === null ? '' : `: ${checkpoint.error}`;
      reasons.push(`the last checkpoint is ${Math.round(checkpoint.ageMs / 1000)} s old${why}`);
    }
  }
  return reasons;
}

function aboutSource({ uri, state, error }: LiveSourceStatus): string[] {
  if (state !== 'failed' && state !== 'retrying') return [];
  return [`the source ${uri} is ${state}: ${error}`];
}

function aboutSink({ uri, state, error, publishingMs, backlog }: LiveSinkStatus): string[] {
  if (state === 'failed') return [`the sink ${uri} is failed: ${error}`];
  const msMax = state === 'retrying' ? RETRYING_MS_MAX : PUBLISHING_MS_MAX;
  if (publishingMs === null || publishingMs < msMax) return [];
  const why = error === null ? '' : `: ${error}`;
  return [
    `the sink ${uri} has not taken a batch for ${Math.round(publishingMs / 1000)} s, ${backlog} predictions wait${why}`,
  ];
}
