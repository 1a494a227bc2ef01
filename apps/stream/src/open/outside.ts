/** What the process gives the parts that speak with the outside. */
import type { Readable, Writable } from 'node:stream';
import type { Terminal } from '@windrow/cli';

export interface Outside {
  readonly terminal: Terminal;
  readonly stdin: Readable;
  /** Where `log:` writes. */
  readonly stdout: Writable;
  /** Uniform in [0, 1): spreads retries. */
  readonly random: () => number;
}

/** What Pub/Sub asks of it. */
export function pubSubEnvironment({ random, terminal }: Outside): {
  readonly random: () => number;
  readonly emulatorHost: string | null;
} {
  return { random, emulatorHost: terminal.env['PUBSUB_EMULATOR_HOST'] ?? null };
}
