/**
 * The life of a command: arguments, signals, errors, exit code.
 *
 * | exit code | when |
 * |---|---|
 * | 0 | all well (or what `main` gave back) |
 * | 1 | the run failed |
 * | 2 | bad arguments or configuration: `USAGE`, `DEFINITION`, `MODEL` |
 * | 130, 143 | ended by SIGINT, SIGTERM |
 * | 141 | nobody reads stdout any more |
 */
import { inspect } from 'node:util';
import { WindrowError, messageOf } from '@windrow/core';
import { helpText } from './help-text.ts';
import { processHost } from './internal/process-host.ts';
import type { CommandSpec, OptionSpecs, OptionValues } from './option-spec.ts';
import { parseOptions } from './parse-options.ts';
import type { CommandHost, EndSignal, Terminal } from './terminal.ts';
import { WINDROW_VERSION } from './version.ts';

/** What a command's `main` is given. */
export interface CommandContext<O extends OptionSpecs> {
  readonly options: OptionValues<O>;
  readonly operands: readonly string[];
  readonly terminal: Terminal;
  /** Aborted by the first SIGINT or SIGTERM, and when stdout is closed; the reason is an `Interruption`. */
  readonly signal: AbortSignal;
}

/** Why a command was asked to end; `signal.throwIfAborted()` throws it, and `main` lets it through. */
export class Interruption extends Error {
  /** The exit code that says so. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'Interruption';
    this.exitCode = exitCode;
  }
}

const EXIT_FAILED = 1;
const EXIT_CONFIGURATION = 2;
const EXIT_NO_READER = 141;
const exitBySignal: Readonly<Record<EndSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs a command to its end. The first SIGINT or SIGTERM aborts `context.signal`, so that `main` can leave things in
 * order; the second ends the process at once. Never rejects.
 * @param main gives back its exit code; nothing is 0
 * @param host default: this process
 */
export async function runCommand<const O extends OptionSpecs>(
  spec: CommandSpec<O>,
  main: (context: CommandContext<O>) => Promise<number | void>,
  host: CommandHost = processHost(),
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const output: { failure: Error | null } = { failure: null };
  host.onStdoutError((error) => {
    output.failure =
      error.code === 'EPIPE'
        ? new Interruption('nobody reads stdout any more', EXIT_NO_READER)
        : new WindrowError('OUTPUT', `stdout: ${error.message}`, { cause: error });
    controller.abort(output.failure);
  });
  const release = host.onSignal((name) => {
    const code = exitBySignal[name];
    if (signal.aborted) {
      host.exit(code);
    } else {
      host.stderr.write(`${name}: ending; once more ends at once\n`);
      controller.abort(new Interruption(`ended by ${name}`, code));
    }
  });
  let code: number;
  try {
    code = await run(spec, main, host, signal);
    await host.flushStdout();
    if (output.failure !== null) throw output.failure;
  } catch (error) {
    code = report(host, signal, error);
  }
  release();
  host.finish(code);
}

async function run<O extends OptionSpecs>(
  spec: CommandSpec<O>,
  main: (context: CommandContext<O>) => Promise<number | void>,
  host: CommandHost,
  signal: AbortSignal,
): Promise<number> {
  const parsed = parseOptions(spec, host.argv);
  switch (parsed.kind) {
    case 'help':
      host.stdout.write(helpText(spec, host.stdout.columns));
      return 0;
    case 'version':
      host.stdout.write(`${spec.name} ${WINDROW_VERSION}\n`);
      return 0;
    case 'run': {
      const { options, operands } = parsed;
      return (await main({ options, operands, terminal: host, signal })) ?? 0;
    }
  }
}

/** Says what went wrong; gives back the exit code. */
function report(terminal: Terminal, signal: AbortSignal, thrown: unknown): number {
  // Functions of Node that take a signal reject with an AbortError of their own: the reason is what counts.
  const aborted = signal.aborted && thrown instanceof Error && thrown.name === 'AbortError';
  const error: unknown = aborted ? signal.reason : thrown;
  if (error instanceof Interruption) {
    if (error.exitCode !== EXIT_NO_READER) terminal.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  const debug = (terminal.env['WINDROW_DEBUG'] ?? '') !== '';
  const text = debug ? inspect(error) : messageOf(error);
  for (const line of text.split('\n')) terminal.stderr.write(`error: ${line}\n`);
  if (!(error instanceof WindrowError)) {
    if (!debug) terminal.stderr.write('error: (WINDROW_DEBUG=1 shows where)\n');
    return EXIT_FAILED;
  }
  const { code } = error;
  const configuration = code === 'USAGE' || code === 'DEFINITION' || code === 'MODEL';
  return configuration ? EXIT_CONFIGURATION : EXIT_FAILED;
}
