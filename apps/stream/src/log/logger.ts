/** Logs on stderr: a line of JSON for machines, a line of text for people. */
import type { Terminal } from '@windrow/cli';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What else there is to say, by name in snake_case. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface LoggerOptions {
  readonly format: 'json' | 'text';
  /** The least that is logged. */
  readonly level: LogLevel;
}

export class Logger {
  readonly #terminal: Terminal;
  readonly #options: LoggerOptions;
  readonly #least: number;

  constructor(terminal: Terminal, options: LoggerOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#least = LOG_LEVELS.indexOf(options.level);
  }

  get format(): 'json' | 'text' {
    return this.#options.format;
  }

  /** @param event what happened, in snake_case: what is searched and counted by */
  log(level: LogLevel, event: string, message: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#least) return;
    const time = new Date(this.#terminal.nowMs()).toISOString();
    this.#terminal.stderr.write(
      this.#options.format === 'json'
        ? `${JSON.stringify({ time, level, event, message, ...fields })}\n`
        : `${time.slice(11, 19)} ${level.padEnd(5)} ${message}${textOf(fields)}\n`,
    );
  }
}

function textOf(fields: LogFields): string {
  const entries = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  return entries.length === 0 ? '' : ` (${entries.join(' ')})`;
}

function shown(value: string | number | boolean | null): string {
  return typeof value === 'string' && /[\s"]/.test(value) ? JSON.stringify(value) : String(value);
}
