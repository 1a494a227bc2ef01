/** windrow-stream as a process of its own, with its log as objects and its HTTP. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '../../../apps/stream/src/main.ts');
/** Code that was compiled by one start is compiled for all. */
const COMPILED = join(import.meta.dirname, '../../../node_modules/.cache/windrow-stream-app');
/** Generous: the machine may be busy with other things. */
const WAIT_MS = 60_000;
/** Processes at once, of the tests of a file that run side by side. */
const APPS_MAX = 3;
/** What a test may take, with its turn to come. */
export const SLOW = { timeout: 180_000 } as const;

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** What standard input is: a file's descriptor, or `pipe`. Default: nothing. */
  readonly stdin?: number | 'pipe';
  readonly env?: Readonly<Record<string, string>>;
}

export class StreamApp {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  /** Logs are JSON, whatever the sources are. */
  constructor(args: readonly string[], { stdin, env = {} }: StartOptions = {}) {
    this.child = spawn(
      process.execPath,
      ['--conditions=windrow-source', MAIN, ...args, '--log-format', 'json'],
      {
        stdio: [stdin ?? 'ignore', 'pipe', 'pipe'],
        env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...env },
      },
    );
    textOf(this.child.stdout!, (text) => (this.stdout += text));
    textOf(this.child.stderr!, (text) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get log(): LogLine[] {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Waits for something, or says what the process said. */
  async until<T>(
    what: string,
    look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  ): Promise<T> {
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      const isGone = this.child.exitCode !== null || this.child.signalCode !== null;
      if (performance.now() > deadline || isGone) {
        throw new Error(`waited in vain for ${what}; the process said:\n${this.stderr}`);
      }
      await sleep(20);
    }
  }

  logged(event: string): Promise<LogLine> {
    return this.until(`the log of ${event}`, () => this.log.find((line) => line.event === event));
  }

  async url(): Promise<string> {
    return String((await this.logged('http_listening'))['url']);
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${await this.url()}${path}`, { headers });
  }

  async json<T = Record<string, unknown>>(path: string): Promise<T> {
    return (await (await this.get(path)).json()) as T;
  }

  /** The value of a series, such as `windrow_samples_total{heading="applied"}`; null where there is none. */
  async metric(series: string): Promise<number | null> {
    const text = await (await this.get('/metrics')).text();
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    if (line === undefined) return null;
    const value = line.slice(series.length + 1);
    return value === '+Inf' ? Infinity : Number(value);
  }

  /** Ends it as an orchestrator does. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  /** For tests that failed: nothing is left behind. */
  async kill(): Promise<void> {
    this.child.stdout?.resume();
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended;
  }
}

function textOf(stream: Readable, take: (text: string) => void): void {
  stream.setEncoding('utf8').on('data', take);
}

const waiting: (() => void)[] = [];
let running = 0;

/** Runs when it is its turn. */
async function inTurn<T>(run: () => Promise<T>): Promise<T> {
  if (running >= APPS_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await run();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Runs with an app, and ends it whatever happens. */
export function withApp<T>(
  args: readonly string[],
  run: (app: StreamApp) => Promise<T>,
  options: StartOptions = {},
): Promise<T> {
  return inTurn(async () => {
    const app = new StreamApp(args, options);
    try {
      return await run(app);
    } finally {
      await app.kill();
    }
  });
}
