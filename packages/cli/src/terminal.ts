/**
 * What a command may see of the outside: two streams, the environment, two clocks. Tests give fakes; the real one is made
 * of `process` in `internal/process-host.ts` and nowhere else.
 */

/** One of the two output streams. */
export interface OutputStream {
  /** Whether a person looks at it as it is written. */
  readonly isTTY: boolean;
  /** Width in characters; null where it is no terminal. May change while running. */
  readonly columns: number | null;
  /** Takes text of any length; never throws. */
  write(text: string): void;
}

export interface Terminal {
  /** Data, and nothing else. */
  readonly stdout: OutputStream;
  /** Progress, summaries, warnings, errors. */
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Wall clock, ms since 1970. */
  nowMs(): number;
  /** A clock that never goes back, ms from an arbitrary start. */
  elapsedMs(): number;
}

/** Signals that ask a command to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

/** A terminal with the process around it: arguments, signals, the end. */
export interface CommandHost extends Terminal {
  /** Arguments after the command's name. */
  readonly argv: readonly string[];
  /** Calls the listener for every such signal, instead of ending the process; gives back what stops that. */
  onSignal(listener: (signal: EndSignal) => void): () => void;
  /** Calls the listener when stdout can be written no more; `code` is that of the system (`EPIPE`: nobody reads). */
  onStdoutError(listener: (error: Error & { readonly code?: string }) => void): void;
  /** Resolves when stdout has taken, or refused, everything written to it. */
  flushStdout(): Promise<void>;
  /** Ends the process now. */
  exit(code: number): void;
  /** Ends the process with this code once nothing is left to run. */
  finish(code: number): void;
}

/** Whether the terminal shows characters beyond ASCII, by the environment's rules (LC_ALL, LC_CTYPE, LANG). */
export function showsUnicode(env: Terminal['env']): boolean {
  const locale = firstNonEmpty(env['LC_ALL'], env['LC_CTYPE'], env['LANG']);
  if (locale !== null) return /utf-?8/i.test(locale);
  // No locale at all: Windows Terminal and macOS terminals name themselves and show Unicode; others do not say.
  return env['WT_SESSION'] !== undefined || env['TERM_PROGRAM'] !== undefined;
}

function firstNonEmpty(...texts: readonly (string | undefined)[]): string | null {
  for (const text of texts) if (text !== undefined && text !== '') return text;
  return null;
}
