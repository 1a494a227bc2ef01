/** Commits as the options of a job ask for them: of a journal, or of nothing. */
import type { CommitMark, Commits, CommitsParts } from './journal-commits.ts';
import { JournalCommits } from './journal-commits.ts';
import type { MachineParts } from './live-machine.ts';
import { UnkeptCommits } from './unkept-commits.ts';

const COMMIT_MS = 50;
const COMMIT_BYTES = 1 << 20;

export interface CommitHooks {
  readonly markNow: () => CommitMark;
  readonly headNow: CommitsParts['headNow'];
  /** Scores everything that was judged. */
  readonly flush: () => Promise<void>;
  readonly onCommit: (mark: CommitMark) => void;
}

export function makeCommits(
  { options, store, restored, signal }: MachineParts,
  hooks: CommitHooks,
): { readonly journal: JournalCommits | null; readonly commits: Commits } {
  const { clock, checkpoint } = options;
  if (store === null) {
    return { journal: null, commits: new UnkeptCommits({ clock, signal, ...hooks }) };
  }
  const last = restored?.found.segments.at(-1) ?? restored?.found.image.state.after ?? null;
  const journal = new JournalCommits(
    {
      store,
      clock,
      commitMs: checkpoint?.commitMs ?? COMMIT_MS,
      commitBytes: checkpoint?.commitBytes ?? COMMIT_BYTES,
      signal,
      follower: options.follower ?? null,
      ...hooks,
    },
    last,
  );
  return { journal, commits: journal };
}
