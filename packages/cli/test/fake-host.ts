/** A host that keeps what is written to it; signals, the closing of stdout and the clocks are in the test's hand. */
import type { CommandHost, EndSignal, OutputStream } from '../src/terminal.ts';

interface FakeStream extends OutputStream {
  text: string;
}

export interface FakeHost extends CommandHost {
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
  /** Null until the command has ended. */
  exitCode: number | null;
  /** What ended the process at once. */
  exitedWith: number | null;
  clockMs: number;
  send(signal: EndSignal): void;
  breakStdout(code: string): void;
}

export interface FakeHostOptions {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** Code of the error that comes when stdout is flushed. */
  readonly stdoutFails?: string;
  readonly columns?: number;
}

export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  let onSignal: ((signal: EndSignal) => void) | null = null;
  let onStdoutError: ((error: Error & { readonly code?: string }) => void) | null = null;
  const stream = (): FakeStream => ({
    text: '',
    isTTY: options.isTTY ?? false,
    columns: options.columns ?? null,
    write(text) {
      this.text += text;
    },
  });
  return {
    argv: options.argv ?? [],
    env: options.env ?? {},
    stdout: stream(),
    stderr: stream(),
    exitCode: null,
    exitedWith: null,
    clockMs: 0,
    nowMs() {
      return 1_551_878_400_000 + this.clockMs;
    },
    elapsedMs() {
      return this.clockMs;
    },
    onSignal(listener) {
      onSignal = listener;
      return () => {
        onSignal = null;
      };
    },
    onStdoutError(listener) {
      onStdoutError = listener;
    },
    async flushStdout() {
      if (options.stdoutFails !== undefined) this.breakStdout(options.stdoutFails);
    },
    exit(code) {
      this.exitedWith = code;
    },
    finish(code) {
      this.exitCode = code;
    },
    send(signal) {
      onSignal?.(signal);
    },
    breakStdout(code) {
      onStdoutError?.(Object.assign(new Error(`write ${code}`), { code }));
    },
  };
}
