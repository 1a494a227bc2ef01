/**
 * The parts of a running job, wired to each other, and what is done with them one thing at a time: take a delivery, let time pass,
 * take other definitions, cut a checkpoint. What goes on beside that meets here in what was committed and what was published.
 */
import {
  type Definition,
  type PredictionBatch,
  type LiveSink,
  type LiveSource,
} from '@windrow/core';
import { PhaseClock } from '../../internal/phase-clock.ts';
import type { LiveEvent } from '../live-event.ts';
import type { LiveBounds, LiveJobOptions } from '../live-job-options.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { indexesIn, sameTargets } from './generation.ts';
import type { CommitMark, Commits, JournalCommits } from './journal-commits.ts';
import type { Places } from './journal-format.ts';
import { JudgedTimes } from './judged-times.ts';
import { keysOf } from './keys-of.ts';
import type { LetterBox } from './letter-box.ts';
import { ListeningClock } from './listening-clock.ts';
import type { LiveCore, RunEngine } from './live-core.ts';
import { makeCommits } from './make-commits.ts';
import { boundsOf, pauseReasonOf } from './pause-reason.ts';
import type { Replayed } from './replay.ts';
import { lastGeneration, placesOf, positionsOf, replayJournal, type Restored } from './restore.ts';
import { ScoreDesk } from './score-desk.ts';
import type { Score } from './score-ledger.ts';
import { SinkFeed } from './sink-feed.ts';
import { Snapshots } from './snapshots.ts';
import { SourceFeed } from './source-feed.ts';
import { storeGeneration } from './store-generation.ts';

export interface MachineParts {
  readonly options: LiveJobOptions;
  readonly letters: LetterBox;
  readonly core: LiveCore;
  /** null: nothing is kept. */
  readonly store: CheckpointStore | null;
  /** null: the job begins. */
  readonly restored: Restored | null;
  readonly stopReading: AbortSignal;
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: LiveEvent) => void;
  /** Something has changed that somebody may wait for. */
  readonly onProgress: () => void;
}

export class LiveMachine {
  readonly core: LiveCore;
  readonly desk: ScoreDesk;
  readonly letters: LetterBox;
  readonly commits: Commits;
  readonly sinks: readonly SinkFeed[];
  readonly feeds: readonly SourceFeed[];
  readonly snapshots: Snapshots | null;
  readonly listening: ListeningClock;
  readonly phases: PhaseClock;
  readonly #parts: MachineParts;
  readonly #bounds: LiveBounds;
  readonly #journal: JournalCommits | null;
  /** Predictions leave when they are scored, not when the journal has them. */
  readonly #isEager: boolean;
  readonly #judged: JudgedTimes = new JudgedTimes();
  /** While a journal is replayed: the index in the ledger for each of the scorer's targets. */
  #toLedger: readonly number[] | null = null;
  #isFinished = false;
  /** Definitions stored since the start; the first ones were stored before. */
  #generations = 1;

  constructor(parts: MachineParts) {
    const { options, core, store, restored } = parts;
    const { clock } = options;
    this.#parts = parts;
    this.core = core;
    this.letters = parts.letters;
    this.#bounds = boundsOf(options.bounds);
    this.phases = new PhaseClock(() => clock.nowMs());
    this.listening = new ListeningClock(
      () => clock.nowMs(),
      restored?.found.image.state.listeningMs ?? 0,
    );
    this.#isEager = store === null || options.delivery === 'eager';
    this.desk = this.#makeDesk();
    this.sinks = this.#makeSinks(options.sinks);
    this.feeds = this.#makeFeeds(options.sources);
    const { journal, commits } = makeCommits(parts, {
      markNow: this.#markNow,
      headNow: () => ({
        sources: this.feeds.map(({ key }) => key),
        published: this.#published(),
        lettersPublished: this.letters.published,
      }),
      flush: () => this.desk.flush(),
      onCommit: this.#committed,
    });
    this.#journal = journal;
    this.commits = commits;
    this.snapshots = this.#makeSnapshots();
  }

  /** What a restart goes on from, once: the journal is replayed. Returns whether the input was over. */
  async replay(): Promise<boolean> {
    const { options, store, restored, letters, onEvent } = this.#parts;
    if (store === null || restored === null) return false;
    const { clock, scorer, dictionary } = options;
    const startMs = clock.nowMs();
    this.#toLedger = indexesIn(scorer.targets, lastGeneration(restored).targets);
    const replayed = await replayJournal({
      store,
      letters,
      dictionary,
      restored,
      targets: scorer.targets,
      wallMs: clock.wallMs(),
      desk: this.desk,
      makeRoom: () => this.desk.makeRoom(true),
    });
    await this.desk.flush();
    this.#toLedger = null;
    this.#resume(restored, replayed);
    onEvent({
      kind: 'restored',
      checkpoint: restored.found.name,
      samples: replayed.samples,
      predictions: replayed.predictions,
      elapsedMs: clock.nowMs() - startMs,
    });
    if (replayed.unscored > 0) onEvent({ kind: 'unscored', windows: replayed.unscored });
    this.#isFinished = restored.notes.isFinished;
    return this.#isFinished;
  }

  /** Whether the input is over and every window judged. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Makes the definitions those of the scorer. Nothing that was judged waits for its score. Returns whether they were others. */
  async adoptTargets(): Promise<boolean> {
    const { targets } = this.#parts.options.scorer;
    if (sameTargets(targets, this.core.generation.targets)) return false;
    const generation = await storeGeneration(this.#parts.store, targets, ++this.#generations);
    this.core.redefineWindows(generation);
    this.core.redefineScores(generation);
    this.#journal?.writer.redefine(generation.name);
    this.commits.noteWritten();
    return true;
  }

  /** Takes other definitions. @throws WindrowError MODEL where the scorer refuses them */
  async redefine(definitions: readonly Definition[]): Promise<void> {
    const { scorer } = this.#parts.options;
    await this.desk.flush();
    this.#judged.reset();
    this.core.closeRevisions();
    await scorer.redefine?.(definitions);
    await this.adoptTargets();
    this.#parts.onEvent({ kind: 'redefined', definitions: definitions.length });
  }

  /** Takes the delivery that a source has in hand. */
  async take(feed: SourceFeed): Promise<void> {
    const { clock, maxFutureMs, follower } = this.#parts.options;
    follower?.begun(feed.followed);
    const { batch, position } = feed.delivery!;
    const listeningMs = this.listening.read();
    const futureMs = maxFutureMs === null ? Number.POSITIVE_INFINITY : clock.wallMs() + maxFutureMs;
    const rejected = feed.rejected.length;
    this.#journal?.writer.delivery({
      source: this.feeds.indexOf(feed),
      position,
      listeningMs,
      futureMs,
      batch,
      rejected,
      letters: feed.rejected,
    });
    const arrived = {
      source: feed.key,
      listeningMs,
      futureMs,
      rejected,
      letters: feed.rejected,
      batches: [batch],
    };
    this.#judged.nowMs = feed.offeredMs;
    await this.core.arrived(arrived, this.#run);
    follower?.worked();
    feed.done();
    this.commits.noteWritten();
  }

  /** Lets time pass for silent lines. */
  async tick(): Promise<void> {
    const listeningMs = this.listening.read();
    if (!this.core.isAnyIdle(listeningMs)) return;
    this.#journal?.writer.tick(listeningMs);
    this.#judged.nowMs = this.#parts.options.clock.nowMs();
    await this.core.tick(listeningMs, this.#run);
    this.commits.noteWritten();
  }

  /** The input is over. */
  async finish(): Promise<void> {
    this.#journal?.writer.finish();
    this.#judged.nowMs = this.#parts.options.clock.nowMs();
    await this.core.finish(this.#run);
    await this.desk.flush();
    this.#isFinished = true;
    this.commits.noteWritten();
  }

  /** Says in the journal what was published, although nothing came. */
  sealPlaces(): void {
    this.#journal?.seal(true);
  }

  /** A moment at which nothing waits for a score; then a checkpoint, where there are any. Resolves when that is complete. */
  async cut(): Promise<() => Promise<boolean>> {
    await this.desk.flush();
    this.#judged.clear();
    this.core.closeRevisions();
    const { snapshots } = this;
    if (snapshots === null || snapshots.isWriting) return () => Promise.resolve(true);
    const written = snapshots.cut();
    return () => written;
  }

  /** Why nothing more may be read for the moment; null: it may. */
  get pauseReason(): string | null {
    return pauseReasonOf(this, this.#bounds);
  }

  /** Whether the world has everything: committed, published, acknowledged. */
  get isSettled(): boolean {
    return (
      this.commits.isIdle &&
      this.letters.backlog === 0 &&
      this.sinks.every(({ published }) => published >= this.core.outbox.made) &&
      this.feeds.every((feed) => feed.isAcknowledged)
    );
  }

  /** The number of the first prediction that some sink does not hold. */
  get publishedByAll(): number {
    return Math.min(...this.sinks.map(({ published }) => published));
  }

  /** Something was committed, published or acknowledged. */
  noteProgress(): void {
    const published = this.publishedByAll;
    this.core.outbox.forget(published);
    for (const feed of this.feeds) feed.settle(this.letters.published, published);
    this.#parts.onProgress();
  }

  readonly #run: RunEngine = (engine) => this.desk.run(engine);

  /** After a replay: sinks and clock where they were; what the journal has may leave. */
  #resume(restored: Restored, replayed: Replayed): void {
    const { outbox } = this.core;
    const places = placesOf(restored);
    for (const sink of this.sinks) {
      sink.startAt(Math.max(places[sink.key] ?? 0, outbox.first));
    }
    if (replayed.listeningMs !== null) this.listening.advanceTo(replayed.listeningMs);
    outbox.release(restored.found.image.state.made + replayed.predictions);
    outbox.forget(this.publishedByAll);
    this.letters.release(this.letters.count);
  }

  readonly #scored = (score: Score): void => {
    const toLedger = this.#toLedger;
    const own = toLedger === null ? score : { ...score, target: toLedger[score.target]! };
    const judgedMs = this.#judged.take(score.target, score.windowEndMs);
    const wallMs = this.#parts.options.clock.wallMs();
    const revision = this.core.scored(own, { wallMs, judgedMs });
    this.#journal?.writer.score(own, revision);
  };

  readonly #scoresCame = (): void => {
    this.commits.noteWritten();
    if (!this.#isEager || this.#toLedger !== null) return;
    this.core.outbox.release(this.core.outbox.made);
    for (const sink of this.sinks) sink.wake();
  };

  readonly #markNow = (): CommitMark => ({
    made: this.core.outbox.made,
    letters: this.letters.count,
    sequences: this.feeds.map(({ worked }) => worked),
  });

  readonly #committed = ({ made, letters, sequences }: CommitMark): void => {
    this.core.outbox.release(made);
    this.letters.release(letters);
    // Where nothing is kept, the sinks must have what follows from a delivery.
    const needed = this.#journal === null ? made : 0;
    for (const [i, sequence] of sequences.entries()) {
      this.feeds[i]!.committed({ sequence, letters, made: needed });
    }
    for (const sink of this.sinks) sink.wake();
    this.#progress();
  };

  readonly #progress = (): void => this.noteProgress();

  #published(): Places {
    return Object.fromEntries(this.sinks.map(({ key, published }) => [key, published]));
  }

  #makeDesk(): ScoreDesk {
    const { options, signal, onEvent } = this.#parts;
    return new ScoreDesk({
      scorer: options.scorer,
      clock: options.clock,
      phases: this.phases,
      signal,
      follower: options.follower ?? null,
      onJudged: (target, windowEndMs) => this.#judged.note(target, windowEndMs),
      onScore: this.#scored,
      onScores: this.#scoresCame,
      onFailure: (message) => onEvent({ kind: 'score_failed', message }),
    });
  }

  #makeSinks(sinks: readonly LiveSink<PredictionBatch>[]): SinkFeed[] {
    const { options, signal, onEvent } = this.#parts;
    const keys = keysOf(sinks);
    return sinks.map(
      (sink, i) =>
        new SinkFeed({
          key: keys[i]!,
          sink,
          outbox: this.core.outbox,
          letters: this.letters,
          clock: options.clock,
          phases: this.phases,
          signal,
          follower: options.follower ?? null,
          onProgress: this.#progress,
          onFailure: (kind, predictions, message) =>
            onEvent({ kind, sink: sink.uri, predictions, message }),
        }),
    );
  }

  #makeFeeds(sources: readonly LiveSource[]): SourceFeed[] {
    const { options, restored, stopReading, signal, onEvent, onProgress } = this.#parts;
    const keys = keysOf(sources);
    const positions = positionsOf(restored);
    return sources.map(
      (source, i) =>
        new SourceFeed({
          key: keys[i]!,
          source,
          dictionary: options.dictionary,
          resumeAt: positions.get(keys[i]!) ?? null,
          clock: options.clock,
          stopReading,
          signal,
          follower: options.follower ?? null,
          onProgress,
          onAckFailure: (message) =>
            onEvent({ kind: 'acknowledge_failed', source: source.uri, message }),
        }),
    );
  }

  #makeSnapshots(): Snapshots | null {
    const { options, restored, store, onEvent } = this.#parts;
    const commits = this.#journal;
    if (store === null || commits === null) return null;
    const before = positionsOf(restored);
    return new Snapshots(
      {
        store,
        commits,
        core: this.core,
        letters: this.letters,
        clock: options.clock,
        listeningMs: () => this.listening.read(),
        // Sources that are not read at present keep their places.
        positions: () => ({
          ...Object.fromEntries(before),
          ...Object.fromEntries(this.feeds.map(({ key, position }) => [key, position])),
        }),
        published: () => this.#published(),
        onEvent,
      },
      restored?.found ?? null,
    );
  }
}
