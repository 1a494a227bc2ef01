/** The real host. The only file outside `apps/` that touches `process` and the clocks (a test sees to it). */
import type { CommandHost, EndSignal, OutputStream } from '../terminal.ts';

/** How long after its end a command may still hold something (a socket, a timer) before the process ends anyway. */
const GRACE_MS = 5000;

/** A host made of this process. */
export function processHost(): CommandHost {
  // Nobody reads the messages any more: go on without them rather than fail.
  process.stderr.on('error', () => {});
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    argv: process.argv.slice(2),
    nowMs: () => Date.now(),
    elapsedMs: () => performance.now(),
    onSignal(listener) {
      const signals: readonly EndSignal[] = ['SIGINT', 'SIGTERM'];
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    onStdoutError(listener) {
      process.stdout.on('error', listener);
    },
    flushStdout() {
      return new Promise((resolve) => {
        process.stdout.write('', () => resolve());
      });
    },
    exit(code) {
      process.exit(code);
    },
    finish(code) {
      process.exitCode = code;
      // Unreferenced: it does not keep alive a process that has nothing left to do.
      setTimeout(() => process.exit(code), GRACE_MS).unref();
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): OutputStream {
  return {
    isTTY: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : null;
    },
    write(text) {
      stream.write(text);
    },
  };
}
