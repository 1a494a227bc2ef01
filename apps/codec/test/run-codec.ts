/** Runs the command in this process, with a host that remembers. */
import { runCommand, type CommandHost } from '@windrow/cli';
import { codec } from '../src/codec.ts';
import { spec } from '../src/command.ts';

export interface CodecRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `windrow-codec ARGS` does. */
export async function runCodec(...argv: readonly string[]): Promise<CodecRun> {
  const run = { code: -1, stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: false,
    columns: null,
    write: (text: string): void => {
      run[name] += text;
    },
  });
  let elapsedMs = 0;
  const host: CommandHost = {
    argv,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: {},
    nowMs: () => 0,
    elapsedMs: () => (elapsedMs += 1),
    onSignal: () => () => undefined,
    onStdoutError: () => undefined,
    flushStdout: () => Promise.resolve(),
    exit: (code) => {
      run.code = code;
    },
    finish: (code) => {
      run.code = code;
    },
  };
  await runCommand(spec, codec, host);
  return run;
}
