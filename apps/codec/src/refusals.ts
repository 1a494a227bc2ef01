/** Rows that could not be read: the first few are shown, all are counted. */
import type { DeadLetter } from '@windrow/core';
import { formatCount, type Terminal } from '@windrow/cli';

const SHOWN = 10;

export class Refusals {
  readonly #terminal: Terminal;
  #count = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Letters so far: rows, or the rest of a file that was damaged. */
  get count(): number {
    return this.#count;
  }

  /** Takes a letter. */
  readonly take = ({ source, row, reason }: DeadLetter): void => {
    this.#count++;
    if (this.#count > SHOWN) return;
    const where = row === null ? source : `${source}: row ${row}`;
    this.#terminal.stderr.write(`refused: ${where}: ${reason}\n`);
  };

  /** Says how many there were beyond those shown. */
  summarise(): void {
    if (this.#count <= SHOWN) return;
    this.#terminal.stderr.write(`refused: ${formatCount(this.#count - SHOWN)} more\n`);
  }
}
