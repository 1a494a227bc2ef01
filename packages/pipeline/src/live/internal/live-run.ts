/**
 * The job at work, from start to end. One loop takes inputs, in turns from the sources, and does one thing at a time with them. Beside it
 * run, each on its own: the sources, the scoring of what has waited, the commits of the journal, every sink, the dead letters, and the
 * acknowledgements.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WindrowError, assert, messageOf, type Definition } from '@windrow/core';
import { FiniteSink } from '../finite-sink.ts';
import type { LiveEvent } from '../live-event.ts';
import type { LiveJob } from '../live-job.ts';
import type { LiveJobOptions } from '../live-job-options.ts';
import type {
  LiveDefinitionStatus,
  LiveJobStatus,
  LiveReport,
  LiveWindow,
} from '../live-job-status.ts';
import { assemble } from './assemble.ts';
import { LetterBox } from './letter-box.ts';
import type { LiveMachine } from './live-machine.ts';
import { reportOf } from './live-report.ts';
import { definitionStatusOf, noStatus, statusOf, windowOf } from './live-status-of.ts';
import { Redefinitions, type Redefinition } from './redefinitions.ts';
import { refuseImpossible } from './refuse-impossible.ts';
import type { SourceFeed } from './source-feed.ts';
import { Wakeup } from './wakeup.ts';

const SNAPSHOT_MS = 5000;
/** Silent lines are looked for so often, or four times as often as they need to be silent. */
const TICK_MS = 1000;
const TICKS_A_SILENCE = 4;
/** Whatever is ready in the sources, others are let in after so long. */
const TURN_MS = 4;
/** Time to close sources and sinks, beyond that for draining. */
const CLOSE_MS = 2000;

export class LiveRun implements LiveJob {
  readonly #options: LiveJobOptions;
  readonly #stopReading: AbortController = new AbortController();
  readonly #end: AbortController = new AbortController();
  readonly #wakeup: Wakeup;
  readonly #redefinitions: Redefinitions = new Redefinitions();
  #state: LiveJobStatus['state'] = 'starting';
  #machine: LiveMachine | null = null;
  #failure: { readonly error: unknown } | null = null;
  /** By `nowMs`; infinite until `stop` is called. */
  #deadlineMs = Number.POSITIVE_INFINITY;
  #isStopping = false;
  #paused: string | null = null;
  #tickMs = 0;
  #cutMs = 0;
  /** When the step in hand was begun; null: none is. */
  #stepSinceMs: number | null = null;
  #turn = 0;
  #turnMs = 0;

  constructor(options: LiveJobOptions) {
    refuseImpossible(options);
    this.#options = options;
    this.#wakeup = new Wakeup(options.clock);
  }

  async run(): Promise<LiveReport> {
    assert(this.#state === 'starting', 'a job runs once');
    try {
      const isOver = await this.#start();
      const outcome = await this.#work(isOver);
      const drained = await this.#drain(outcome);
      const machine = this.#machine!;
      if (outcome === 'stopped') this.#hold();
      await this.#close();
      this.#wakeup.end();
      this.#throwSourceFailure(machine);
      this.#state = 'ended';
      return reportOf(machine, outcome, drained);
    } catch (error) {
      this.#state = 'failed';
      await this.#abandon();
      this.#wakeup.end();
      throw error;
    }
  }

  stop(drainMs: number): void {
    const deadlineMs = this.#options.clock.nowMs() + drainMs;
    this.#deadlineMs = Math.min(this.#deadlineMs, deadlineMs);
    this.#isStopping = true;
    this.#stopReading.abort();
    this.#wakeup.wake();
  }

  redefine(definitions: readonly Definition[]): Promise<void> {
    if (this.#options.scorer.redefine === undefined) {
      return Promise.reject(
        new WindrowError('USAGE', 'redefine: the scorer of this job cannot take other definitions'),
      );
    }
    const taken = this.#redefinitions.add(definitions);
    this.#wakeup.wake();
    return taken;
  }

  status(): LiveJobStatus {
    const { clock } = this.#options;
    const stepMs = this.#stepSinceMs === null ? null : clock.nowMs() - this.#stepSinceMs;
    const about = { state: this.#state, paused: this.#paused, stepMs };
    const machine = this.#machine;
    if (machine === null) return noStatus(this.#options, about);
    return statusOf(machine, this.#options, about);
  }

  definition(outputMetricId: string): LiveDefinitionStatus | null {
    const machine = this.#machine;
    return machine === null ? null : definitionStatusOf(machine, this.#options, outputMetricId);
  }

  window(outputMetricId: string, atMs?: number): LiveWindow | null {
    const machine = this.#machine;
    return machine === null ? null : windowOf(machine, outputMetricId, atMs);
  }

  /** Returns whether the input was over before. */
  async #start(): Promise<boolean> {
    const onEvent = this.#tell;
    this.#state = 'restoring';
    const letters = this.#makeLetters();
    const machine = await assemble({
      options: this.#options,
      letters,
      stopReading: this.#stopReading.signal,
      signal: this.#end.signal,
      onEvent,
      onProgress: () => this.#wakeup.wake(),
    });
    this.#machine = machine;
    const isOver = await machine.replay();
    this.#startLoops(machine, isOver);
    return isOver;
  }

  #startLoops(machine: LiveMachine, isOver: boolean): void {
    this.#spawn(machine.desk.loop());
    this.#spawn(machine.commits.loop());
    this.#spawn(machine.letters.loop());
    for (const sink of machine.sinks) this.#spawn(sink.loop());
    if (isOver) return;
    for (const feed of machine.feeds) this.#spawn(feed.acknowledge());
  }

  /** Takes inputs until they are over or the job is stopped. */
  async #work(isOver: boolean): Promise<LiveReport['outcome']> {
    if (isOver) return 'finished';
    const machine = this.#machine!;
    await machine.adoptTargets();
    // Before anything is read: the journal starts from a checkpoint.
    await this.#cut(machine, true);
    this.#throwIfFailed();
    for (const feed of machine.feeds) {
      this.#spawn(this.#read(feed));
    }
    this.#state = 'running';
    this.#listen(machine);
    for (;;) {
      this.#throwIfFailed();
      if (machine.feeds.every((feed) => feed.isOver)) break;
      if (this.#isStopping && this.#mayLeave(machine)) break;
      this.#stepSinceMs = this.#options.clock.nowMs();
      const hadWork = await this.#step(machine);
      this.#stepSinceMs = null;
      if (!hadWork) {
        const nowMs = this.#options.clock.nowMs();
        await this.#wakeup.wait(Math.min(this.#tickMs, this.#cutMs, this.#deadlineMs) - nowMs);
      }
    }
    const isWhole = machine.feeds.every((feed) => feed.failure === null);
    return this.#isStopping || !isWhole ? 'stopped' : 'finished';
  }

  /** While stopping: what is in hand is worked off, unless it cannot be, or time is up. */
  #mayLeave(machine: LiveMachine): boolean {
    return machine.pauseReason !== null || this.#options.clock.nowMs() >= this.#deadlineMs;
  }

  /** Does one thing; false where there is nothing to do. */
  async #step(machine: LiveMachine): Promise<boolean> {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs >= this.#cutMs) {
      await this.#cut(machine, false);
      return true;
    }
    const redefinition = this.#redefinitions.next();
    if (redefinition !== undefined) {
      await this.#redefine(machine, redefinition);
      return true;
    }
    this.#pause(machine, machine.pauseReason);
    if (nowMs >= this.#tickMs) {
      this.#listen(machine);
      if (this.#paused === null) await machine.tick();
      return true;
    }
    const feed = this.#paused === null ? this.#nextFeed(machine.feeds) : null;
    if (feed === null) return false;
    await machine.take(feed);
    if (this.#options.clock.nowMs() - this.#turnMs >= TURN_MS) await this.#letOthersIn();
    return true;
  }

  /** Timers and what comes from outside, which a source that has everything in memory would keep waiting. */
  async #letOthersIn(): Promise<void> {
    await nextTurn();
    this.#turnMs = this.#options.clock.nowMs();
  }

  /** The next source, in turn, that has something. */
  #nextFeed(feeds: readonly SourceFeed[]): SourceFeed | null {
    for (let i = 0; i < feeds.length; i++) {
      const feed = feeds[(this.#turn + i) % feeds.length]!;
      if (feed.delivery === null) continue;
      this.#turn = (this.#turn + i + 1) % feeds.length;
      return feed;
    }
    return null;
  }

  async #cut(machine: LiveMachine, waits: boolean): Promise<void> {
    const { clock, checkpoint } = this.#options;
    const written = await machine.cut();
    this.#cutMs = clock.nowMs() + (checkpoint?.snapshotMs ?? SNAPSHOT_MS);
    // Whoever waits for the end of this one, such as the last cut, is to look again.
    const done = written().then(() => this.#wakeup.wake());
    if (waits) await this.#timed(done);
    else this.#spawn(done);
  }

  async #redefine(
    machine: LiveMachine,
    { definitions, done, failed }: Redefinition,
  ): Promise<void> {
    // Reading waits, so that no line is silent meanwhile.
    machine.listening.listen(false);
    try {
      await machine.redefine(definitions);
      done();
    } catch (error) {
      failed(error);
      if (!(error instanceof WindrowError)) throw error;
    } finally {
      this.#listen(machine);
    }
  }

  #pause(machine: LiveMachine, reason: string | null): void {
    const wasPaused = this.#paused !== null;
    this.#paused = reason;
    if ((reason !== null) === wasPaused) return;
    this.#tell(reason === null ? { kind: 'resumed', reason: '' } : { kind: 'paused', reason });
    this.#listen(machine);
  }

  /** The clock of silence goes on while every source can be heard. */
  #listen(machine: LiveMachine): void {
    const { clock, idleAfterMs } = this.#options;
    const hears = machine.feeds.every((feed) => feed.isHearing);
    machine.listening.listen(this.#paused === null && hears);
    const everyMs = idleAfterMs === null ? Infinity : Math.max(1, idleAfterMs / TICKS_A_SILENCE);
    this.#tickMs = clock.nowMs() + (idleAfterMs === null ? Infinity : Math.min(TICK_MS, everyMs));
  }

  async #read(feed: SourceFeed): Promise<void> {
    await feed.read();
    const { failure, uri: source } = feed;
    if (failure !== null)
      this.#tell({ kind: 'source_failed', source, message: messageOf(failure) });
    // One that was told to end has not come to its end.
    else if (!this.#stopReading.signal.aborted) this.#tell({ kind: 'source_ended', source });
  }

  /** Works off what was read, and tells the world. Returns whether it has everything. */
  async #drain(outcome: LiveReport['outcome']): Promise<boolean> {
    const machine = this.#machine!;
    this.#state = 'draining';
    machine.listening.listen(false);
    const isFinishing = outcome === 'finished';
    if (isFinishing && !machine.isFinished) await this.#timed(machine.finish());
    else await this.#timed(machine.desk.flush());
    machine.commits.seal();
    let isDrained = await this.#until(() => machine.isSettled);
    if (isFinishing) {
      machine.sealPlaces();
      isDrained = (await this.#until(() => machine.isSettled)) && isDrained;
    } else {
      isDrained = (await this.#timed(this.#lastCut(machine))) && isDrained;
    }
    return isDrained;
  }

  /** The checkpoint to go on from. */
  async #lastCut(machine: LiveMachine): Promise<void> {
    await this.#until(() => machine.snapshots?.isWriting !== true);
    await this.#cut(machine, true);
  }

  /** Waits for something until the deadline; false where that came first. */
  async #timed(work: Promise<void>): Promise<boolean> {
    let isDone = false;
    const watch = async (): Promise<void> => {
      await work;
      isDone = true;
      this.#wakeup.wake();
    };
    this.#spawn(watch());
    return this.#until(() => isDone);
  }

  async #until(condition: () => boolean): Promise<boolean> {
    for (;;) {
      this.#throwIfFailed();
      if (condition()) return true;
      const leftMs = this.#deadlineMs - this.#options.clock.nowMs();
      if (leftMs <= 0) return false;
      await this.#wakeup.wait(leftMs);
    }
  }

  /** A job that goes on later has nothing finished that is not over. */
  #hold(): void {
    for (const sink of this.#options.sinks) sink.hold?.();
  }

  /** Ends all loops and closes sources and sinks. */
  async #close(): Promise<void> {
    this.#endLoops();
    this.#deadlineMs = Math.max(this.#deadlineMs, this.#options.clock.nowMs() + CLOSE_MS);
    const { sources, sinks, deadLetters } = this.#options;
    const closing = [...sources, ...sinks, ...(deadLetters === null ? [] : [deadLetters])];
    await this.#timed(Promise.all(closing.map((one) => one.close())).then(() => undefined));
  }

  /** After a failure: outputs that are not complete are left out, everything else is released. */
  async #abandon(): Promise<void> {
    this.#endLoops();
    this.#hold();
    const { sources, sinks, deadLetters, clock } = this.#options;
    const all = [...sources, ...sinks, ...(deadLetters === null ? [] : [deadLetters])];
    const closing = all.map((one) => (one instanceof FiniteSink ? one.abort() : one.close()));
    const settled = Promise.allSettled(closing);
    const enough = new AbortController();
    await Promise.race([settled, clock.sleep(CLOSE_MS, enough.signal)]);
    enough.abort();
  }

  #endLoops(): void {
    this.#stopReading.abort();
    this.#end.abort();
    const machine = this.#machine;
    this.#redefinitions.end();
    if (machine === null) return;
    const loops = [machine.desk, machine.commits, machine.letters];
    for (const loop of [...loops, ...machine.sinks, ...machine.feeds]) loop.end();
  }

  #spawn(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#failure ??= { error };
      this.#wakeup.wake();
    });
  }

  #throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** A job whose last source failed has failed, once what could be drained is; unless it was to stop anyway. */
  #throwSourceFailure({ feeds }: LiveMachine): void {
    if (this.#isStopping) return;
    const failed = feeds.find((feed) => feed.failure !== null);
    if (failed !== undefined && feeds.every((feed) => feed.isOver)) throw failed.failure;
  }

  #makeLetters(): LetterBox {
    const { deadLetters, clock } = this.#options;
    return new LetterBox({
      sink: deadLetters,
      clock,
      signal: this.#end.signal,
      onProgress: () => this.#machine?.noteProgress(),
      onLetter: (letter) => this.#tell({ kind: 'dead_letter', letter }),
      onFailure: (message) =>
        this.#tell({ kind: 'dead_letters_failed', sink: deadLetters?.uri ?? '', message }),
    });
  }

  readonly #tell = (event: LiveEvent): void => this.#options.onEvent?.(event);
}
