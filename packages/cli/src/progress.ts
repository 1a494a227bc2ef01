/**
 * How far a job has come: a bar on a terminal, a line every few seconds elsewhere, on stderr.
 *
 * It draws when it is told something and enough time has passed by the terminal's clock; it holds no timer, so nothing
 * has to be stopped when a job fails, and a job that hangs shows a bar that stands.
 */
import { formatClock, formatDuration } from './format-duration.ts';
import { formatRate, formatShare, formatSi } from './format-number.ts';
import { RateMeter } from './internal/rate-meter.ts';
import { showsUnicode, type Terminal } from './terminal.ts';

export const PROGRESS_MODES = ['auto', 'bar', 'log', 'none'] as const;

/** `auto` is `bar` where stderr is a terminal, else `log`. */
export type ProgressMode = (typeof PROGRESS_MODES)[number];

export interface Progress {
  /**
   * Starts a phase, ending the one before. Counts start at 0.
   * @param total what the count will be at the end; null where that is not known
   * @param unit what is counted: `samples`
   */
  phase(name: string, total: number | null, unit: string): void;
  /** Sets the phase's count; cheap enough to be called for every batch. */
  update(count: number): void;
  /** Prints a line that stays, in every mode. */
  note(line: string): void;
  /** Ends the last phase. Does nothing when called again. */
  end(): void;
}

export interface ProgressOptions {
  readonly mode: ProgressMode;
  readonly terminal: Terminal;
  /** Least time between two drawings of the bar, ms; default 100. */
  readonly barEveryMs?: number;
  /** Least time between two lines of the log, ms; default 5000. */
  readonly logEveryMs?: number;
}

/** Progress as the mode says. */
export function createProgress(options: ProgressOptions): Progress {
  const { terminal, barEveryMs = 100, logEveryMs = 5000 } = options;
  const mode = options.mode === 'auto' ? (terminal.stderr.isTTY ? 'bar' : 'log') : options.mode;
  switch (mode) {
    case 'bar':
      return new ShownProgress(terminal, barEveryMs, new BarView(terminal));
    case 'log':
      return new ShownProgress(terminal, logEveryMs, new LogView(terminal));
    case 'none':
      return new SilentProgress(terminal);
  }
}

interface Phase {
  readonly name: string;
  readonly total: number | null;
  readonly unit: string;
  readonly startMs: number;
  readonly meter: RateMeter;
  count: number;
}

interface View {
  show(phase: Phase, nowMs: number): void;
  /** Takes away what would be in the way of a line that stays. */
  clear(): void;
  done(phase: Phase, nowMs: number): void;
}

class ShownProgress implements Progress {
  readonly #terminal: Terminal;
  readonly #everyMs: number;
  readonly #view: View;
  #phase: Phase | null = null;
  #drawnMs = 0;

  constructor(terminal: Terminal, everyMs: number, view: View) {
    this.#terminal = terminal;
    this.#everyMs = everyMs;
    this.#view = view;
  }

  phase(name: string, total: number | null, unit: string): void {
    this.end();
    const startMs = this.#terminal.elapsedMs();
    this.#phase = { name, total, unit, startMs, meter: new RateMeter(startMs), count: 0 };
    this.#drawnMs = startMs;
  }

  update(count: number): void {
    const phase = this.#phase;
    if (phase === null) return;
    phase.count = count;
    const nowMs = this.#terminal.elapsedMs();
    phase.meter.mark(nowMs, count);
    if (nowMs - this.#drawnMs < this.#everyMs) return;
    this.#drawnMs = nowMs;
    this.#view.show(phase, nowMs);
  }

  note(line: string): void {
    this.#view.clear();
    this.#terminal.stderr.write(`${line}\n`);
    if (this.#phase !== null) this.#drawnMs = -Infinity;
  }

  end(): void {
    const phase = this.#phase;
    if (phase === null) return;
    this.#phase = null;
    this.#view.done(phase, this.#terminal.elapsedMs());
  }
}

class SilentProgress implements Progress {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  phase(): void {}
  update(): void {}
  end(): void {}

  note(line: string): void {
    this.#terminal.stderr.write(`${line}\n`);
  }
}

/** Erases from the cursor to the end of the line. */
const ERASE = '\u001b[K';
const BAR_MIN = 10;
const BAR_MAX = 30;
/** Of `  100 %  1.23 M   4.56 M/s  12:34:56 left`, with the spaces around the bar. */
const FACTS_LENGTH = 42;

/** One line, drawn over and over. */
class BarView implements View {
  readonly #terminal: Terminal;
  readonly #unicode: boolean;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#unicode = showsUnicode(terminal.env);
  }

  show(phase: Phase, nowMs: number): void {
    // The last column stays free: some terminals wrap when it is written.
    const width = (this.#terminal.stderr.columns ?? 80) - 1;
    const share = shareOf(phase);
    const facts = factsOf(phase, nowMs).join('  ');
    // Its length depends on nothing that changes while it is drawn, so that the bar stands still.
    const room = Math.min(BAR_MAX, width - phase.name.length - phase.unit.length - FACTS_LENGTH);
    const bar = share === null || room < BAR_MIN ? '' : `  ${this.#bar(share, room)}`;
    const line = `${phase.name}${bar}  ${facts}`.slice(0, width);
    this.#terminal.stderr.write(`\r${line}${ERASE}`);
  }

  clear(): void {
    this.#terminal.stderr.write(`\r${ERASE}`);
  }

  done(phase: Phase, nowMs: number): void {
    this.clear();
    this.#terminal.stderr.write(`${summaryOf(phase, nowMs)}\n`);
  }

  #bar(share: number, width: number): string {
    if (!this.#unicode) {
      const full = Math.floor(share * (width - 2));
      return `[${'#'.repeat(full)}${'.'.repeat(width - 2 - full)}]`;
    }
    const eighths = Math.floor(share * width * 8);
    const full = eighths >> 3;
    const part = eighths % 8 === 0 ? '' : String.fromCodePoint(0x2590 - (eighths % 8));
    return `${'█'.repeat(full)}${part}`.padEnd(width, '░');
  }
}

class LogView implements View {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(phase: Phase, nowMs: number): void {
    this.#terminal.stderr.write(`${phase.name}: ${factsOf(phase, nowMs).join(', ')}\n`);
  }

  clear(): void {}

  done(phase: Phase, nowMs: number): void {
    this.#terminal.stderr.write(`${summaryOf(phase, nowMs)}\n`);
  }
}

/** Part of the total that is done, 0 to 1; null where the total is not known. */
function shareOf({ count, total }: Phase): number | null {
  return total === null || total <= 0 ? null : Math.min(1, count / total);
}

/** `43 %`, `12.3 M samples`, `4.1 M/s`, `0:07 left`. */
function factsOf(phase: Phase, nowMs: number): string[] {
  const share = shareOf(phase);
  const perSecond = phase.meter.perSecond(nowMs, phase.count);
  const facts = share === null ? [] : [formatShare(share)];
  facts.push(`${formatSi(phase.count)} ${phase.unit}`, formatRate(perSecond));
  if (share !== null && perSecond > 0) {
    const leftMs = ((phase.total! - phase.count) / perSecond) * 1000;
    facts.push(`${formatClock(leftMs)} left`);
  }
  return facts;
}

/** `scoring: 50 M samples in 12.3 s, 4.07 M/s`. */
function summaryOf(phase: Phase, nowMs: number): string {
  const ms = nowMs - phase.startMs;
  const what = `${phase.name}: ${formatSi(phase.count)} ${phase.unit} in ${formatDuration(ms)}`;
  return ms > 0 && phase.count > 0 ? `${what}, ${formatRate((phase.count * 1000) / ms)}` : what;
}
