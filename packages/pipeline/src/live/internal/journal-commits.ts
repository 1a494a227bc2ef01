/**
 * Group commit: what gathers in the journal is sealed as a segment after a while, and put into the store; then what it holds is done
 * for. Segments are put one after the other.
 */
import type { LiveClock } from '../live-clock.ts';
import type { LiveFollower } from '../live-follower.ts';
import { JOURNAL, blobName } from './checkpoint-names.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { SegmentHead } from './journal-format.ts';
import { JournalWriter } from './journal-writer.ts';
import { Wakeup } from './wakeup.ts';

/** What the world may be told of when a segment is committed. */
export interface CommitMark {
  /** Predictions and dead letters below these numbers. */
  readonly made: number;
  readonly letters: number;
  /** The last delivery of each source that is contained. */
  readonly sequences: readonly number[];
}

/** What says when the world may be told of something. */
export interface Commits {
  readonly uncommittedBytes: number;
  /** Whether nothing waits for its commit. */
  readonly isIdle: boolean;
  noteWritten(): void;
  seal(): string | null;
  loop(): Promise<void>;
  end(): void;
}

interface Segment {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mark: CommitMark;
  readonly sealedMs: number;
}

export interface CommitsParts {
  readonly store: CheckpointStore;
  readonly clock: LiveClock;
  readonly commitMs: number;
  readonly commitBytes: number;
  readonly signal: AbortSignal;
  readonly follower: LiveFollower | null;
  readonly markNow: () => CommitMark;
  readonly headNow: () => Pick<SegmentHead, 'sources' | 'published' | 'lettersPublished'>;
  readonly onCommit: (mark: CommitMark) => void;
}

export class JournalCommits implements Commits {
  readonly writer: JournalWriter = new JournalWriter();
  readonly #parts: CommitsParts;
  readonly #wakeup: Wakeup;
  readonly #segments: Segment[] = [];
  #last: string | null;
  #number = 0;
  #segmentBytes = 0;
  /** When the first bytes came that wait to be sealed; null: none do. */
  #sinceMs: number | null = null;
  #commits = 0;
  #bytes = 0;
  #tookMs = 0;
  #committed: string | null;
  #waiters: { readonly segment: string; readonly done: () => void }[] = [];

  /** @param last the segment that the next one follows */
  constructor(parts: CommitsParts, last: string | null) {
    this.#parts = parts;
    this.#last = last;
    this.#committed = last;
    this.#wakeup = new Wakeup(parts.clock);
  }

  /** Bytes that wait for their commit. */
  get uncommittedBytes(): number {
    return this.#segmentBytes + this.writer.length;
  }

  /** Whether nothing waits for its commit. */
  get isIdle(): boolean {
    return this.uncommittedBytes === 0;
  }

  /** Since the start: commits and their bytes; and how long the last one took. */
  get counters(): { readonly commits: number; readonly bytes: number; readonly tookMs: number } {
    return { commits: this.#commits, bytes: this.#bytes, tookMs: this.#tookMs };
  }

  /** Resolves when this segment, or none, is committed. */
  committed(segment: string | null): Promise<void> {
    if (segment === null || this.#has(segment)) return Promise.resolve();
    return new Promise((done) => this.#waiters.push({ segment, done }));
  }

  /** Something was written. */
  noteWritten(): void {
    if (this.#sinceMs === null) this.#sinceMs = this.#parts.clock.nowMs();
    else if (this.writer.length < this.#parts.commitBytes) return;
    this.#wakeup.wake();
  }

  /**
   * Begins a commit of everything at once; returns the last segment there is.
   * @param always also where nothing was written, for what the head of a segment says
   */
  seal(always: boolean = false): string | null {
    this.#sinceMs = null;
    if (always || this.writer.length > 0) {
      const { store, clock, markNow, headNow } = this.#parts;
      const name = blobName(JOURNAL, store.epoch, ++this.#number);
      const bytes = this.writer.seal({ name, previous: this.#last, ...headNow() });
      this.#segments.push({ name, bytes, mark: markNow(), sealedMs: clock.nowMs() });
      this.#segmentBytes += bytes.length;
      this.#last = name;
      this.#wakeup.wake();
    }
    return this.#last;
  }

  /** Commits until `signal` is aborted. @throws WindrowError OUTPUT where another job has the store */
  async loop(): Promise<void> {
    const { signal, clock, commitMs, commitBytes } = this.#parts;
    while (!signal.aborted) {
      const next = this.#segments[0];
      if (next !== undefined) {
        if (!(await this.#commit(next))) return;
        continue;
      }
      const waitMs =
        this.#sinceMs === null
          ? Number.POSITIVE_INFINITY
          : this.#sinceMs + commitMs - clock.nowMs();
      if (waitMs > 0 && this.writer.length < commitBytes) await this.#wakeup.wait(waitMs);
      else this.seal();
    }
  }

  /** Lets the loop see that the signal was aborted. */
  end(): void {
    this.#wakeup.end();
  }

  async #commit(segment: Segment): Promise<boolean> {
    const { store, clock, follower, onCommit } = this.#parts;
    const startMs = clock.nowMs();
    if (!(await store.put(segment.name, segment.bytes))) return false;
    this.#segments.shift();
    this.#segmentBytes -= segment.bytes.length;
    this.#commits++;
    this.#bytes += segment.bytes.length;
    this.#tookMs = clock.nowMs() - startMs;
    this.#committed = segment.name;
    follower?.committed(segment.bytes.length, clock.nowMs() - segment.sealedMs);
    onCommit(segment.mark);
    for (const waiter of this.#waiters) if (this.#has(waiter.segment)) waiter.done();
    this.#waiters = this.#waiters.filter((waiter) => !this.#has(waiter.segment));
    return true;
  }

  /** Names ascend. */
  #has(segment: string): boolean {
    return this.#committed !== null && segment <= this.#committed;
  }
}
