/** windrow-stream as a process of its own, that writes its predictions to a pipe. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../repository.ts';
import type { Published } from './published.ts';
import { Scrape } from './scrape.ts';

const BIN = join(REPOSITORY, 'apps/stream/bin/windrow-stream.mjs');
const LOOK_MS = 100;
const START_MS_MAX = 120_000;
/** A watermark that is not further behind than this is not working off a history any more. */
const CAUGHT_UP_S = 3;

interface CheckpointLine {
  readonly time: string;
  readonly pause_ms: number;
}

/** A checkpoint as the process logs it. */
export interface LoggedCheckpoint {
  /** Wall clock, ms. */
  readonly timeMs: number;
  readonly pauseMs: number;
}

export class StreamProcess {
  /** All so far, in order. */
  readonly checkpoints: LoggedCheckpoint[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #log = '';
  /** What was said of a line that has no end yet. */
  #tail = '';
  #url: string | null = null;

  constructor(args: readonly string[], published: Published) {
    this.#child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    stdout!.setEncoding('utf8').on('data', (text: string) => published.take(text, Date.now()));
    stderr!.setEncoding('utf8').on('data', (text: string) => this.#said(text));
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', resolve);
    });
  }

  /** Waits until what was due before it started is worked off. @throws Error where it ends, or takes too long */
  async caughtUp(): Promise<void> {
    const deadlineMs = performance.now() + START_MS_MAX;
    while (!(await this.#isCaughtUp())) {
      const isGone = this.#child.exitCode !== null || this.#child.signalCode !== null;
      if (isGone || performance.now() > deadlineMs) {
        throw new Error(`it did not start in time; it said:\n${this.#log}`);
      }
      await sleep(LOOK_MS);
    }
  }

  async scrape(): Promise<Scrape> {
    return new Scrape(await (await fetch(`${this.#url}/metrics`)).text());
  }

  /** Ends it as an orchestrator does. @throws Error where it does not end well */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const code = await this.#ended;
    if (code !== 0) throw new Error(`exit code ${code}; it said:\n${this.#log}`);
  }

  /** Where something failed: nothing is left behind. */
  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      this.#child.kill('SIGKILL');
  }

  async #isCaughtUp(): Promise<boolean> {
    if (this.#url === null) return false;
    const scrape = await this.scrape();
    const isSeen = scrape.value('windrow_lines_seen') > 0;
    return isSeen && scrape.value('windrow_watermark_lag_max_seconds') < CAUGHT_UP_S;
  }

  #said(text: string): void {
    const lines = (this.#tail + text).split('\n');
    this.#tail = lines.pop()!;
    for (const line of lines) {
      if (line.includes('"event":"checkpointed"')) {
        const { time, pause_ms: pauseMs } = JSON.parse(line) as CheckpointLine;
        this.checkpoints.push({ timeMs: Date.parse(time), pauseMs });
        continue;
      }
      this.#log += `${line}\n`;
      this.#url ??= /"url":"(http:[^"]*)"/.exec(line)?.[1] ?? null;
    }
  }
}
