/**
 * The second Ctrl-C: the process ends by the signal itself (130 or 143 to a shell). Leaving by `process.exit` would stop the threads that
 * run slices, and the runtime of the models aborts where that happens in the middle of a run.
 */
export function endAtOnce(signal: AbortSignal): void {
  signal.addEventListener('abort', arm, { once: true });
}

function arm(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.prependListener(name, () => {
      process.removeAllListeners(name);
      process.kill(process.pid, name);
    });
  }
}
