import { WindrowError, type ErrorCode } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import type { CommandSpec } from '../src/option-spec.ts';
import { runCommand, type CommandContext } from '../src/run-command.ts';
import { fakeHost, type FakeHostOptions } from './fake-host.ts';

const options = { n: { type: 'number', default: 7, help: 'a number' } } as const;
const spec: CommandSpec<typeof options> = { name: 'windrow-try', about: 'tries', options };
type Main = (context: CommandContext<typeof options>) => Promise<number | void>;

async function run(main: Main, hostOptions: FakeHostOptions = {}) {
  const host = fakeHost(hostOptions);
  await runCommand(spec, main, host);
  return host;
}

/** Rejects with the reason when the signal is aborted. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

describe('runCommand', () => {
  it('gives main its options; nothing returned is 0', async () => {
    let seen = 0;
    const host = await run(
      async (context) => {
        seen = context.options.n;
      },
      { argv: ['--n', '9'] },
    );
    expect([seen, host.exitCode, host.stderr.text]).toEqual([9, 0, '']);
  });

  it('takes the code that main gives back', async () => {
    expect((await run(async () => 1)).exitCode).toBe(1);
  });

  it('prints help and version on stdout without running', async () => {
    const main: Main = async () => {
      throw new Error('ran');
    };
    const help = await run(main, { argv: ['--help'] });
    expect([help.exitCode, help.stderr.text]).toEqual([0, '']);
    expect(help.stdout.text).toContain('--n N');
    const version = await run(main, { argv: ['--version'] });
    expect(version.stdout.text).toMatch(/^windrow-try \d+\.\d+\.\d+\n$/);
  });

  it.each<[ErrorCode, number]>([
    ['USAGE', 2],
    ['DEFINITION', 2],
    ['MODEL', 2],
    ['INPUT', 1],
    ['OUTPUT', 1],
    ['FORMAT', 1],
  ])('maps %s to exit code %i, each line marked', async (code, exitCode) => {
    const host = await run(async () => {
      throw new WindrowError(code, 'first\nsecond');
    });
    expect(host.exitCode).toBe(exitCode);
    expect(host.stderr.text).toBe('error: first\nerror: second\n');
    expect(host.stdout.text).toBe('');
  });

  it('ends bad arguments with 2', async () => {
    const host = await run(async () => {}, { argv: ['--m'] });
    expect(host.exitCode).toBe(2);
    expect(host.stderr.text).toBe(
      'error: unknown option --m; did you mean --n?\nerror: see windrow-try --help\n',
    );
  });

  it('shows the stack and the cause with WINDROW_DEBUG only', async () => {
    const main: Main = async () => {
      throw new Error('outer', { cause: new Error('inner') });
    };
    const quiet = await run(main);
    expect(quiet.exitCode).toBe(1);
    expect(quiet.stderr.text).toBe('error: outer\nerror: (WINDROW_DEBUG=1 shows where)\n');
    const loud = await run(main, { env: { WINDROW_DEBUG: '1' } });
    expect(loud.stderr.text).toMatch(/error: {5}at .*run-command\.test/);
    expect(loud.stderr.text).toContain('inner');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s aborts first, ends at once when repeated', async (signal, code) => {
    const host = fakeHost();
    const running = runCommand(spec, async (context) => untilAborted(context.signal), host);
    host.send(signal);
    expect(host.exitedWith).toBeNull();
    host.send(signal);
    expect(host.exitedWith).toBe(code);
    await running;
    expect(host.exitCode).toBe(code);
    expect(host.stderr.text).toContain(`ended by ${signal}`);
    expect(host.stderr.text).not.toContain('error:');
  });

  it('takes the AbortError of Node for the signal that caused it', async () => {
    const host = fakeHost();
    const running = runCommand(
      spec,
      async (context) => {
        await untilAborted(context.signal).catch(() => {
          throw new DOMException('The operation was aborted', 'AbortError');
        });
      },
      host,
    );
    host.send('SIGTERM');
    await running;
    expect(host.exitCode).toBe(143);
  });

  it('lets a command that ends well after a signal end well', async () => {
    const host = fakeHost();
    const running = runCommand(
      spec,
      async (context) => untilAborted(context.signal).catch(() => 0),
      host,
    );
    host.send('SIGTERM');
    await running;
    expect(host.exitCode).toBe(0);
  });

  it('says what failed while ending', async () => {
    const host = fakeHost();
    const running = runCommand(
      spec,
      async (context) =>
        untilAborted(context.signal).catch(() => {
          throw new WindrowError('OUTPUT', 'cannot remove a.tmp');
        }),
      host,
    );
    host.send('SIGINT');
    await running;
    expect([host.exitCode, host.stderr.text.split('\n').at(-2)]).toEqual([
      1,
      'error: cannot remove a.tmp',
    ]);
  });

  it('ends quietly when nobody reads stdout', async () => {
    const host = fakeHost();
    const running = runCommand(spec, async (context) => untilAborted(context.signal), host);
    host.breakStdout('EPIPE');
    await running;
    expect([host.exitCode, host.stderr.text]).toEqual([141, '']);
  });

  it('fails when stdout cannot be written', async () => {
    const host = fakeHost();
    const running = runCommand(spec, async (context) => untilAborted(context.signal), host);
    host.breakStdout('ENOSPC');
    await running;
    expect([host.exitCode, host.stderr.text]).toEqual([1, 'error: stdout: write ENOSPC\n']);
  });

  it.each([
    ['EPIPE', 141, ''],
    ['ENOSPC', 1, 'error: stdout: write ENOSPC\n'],
  ])('notices %s in the last of what was written', async (stdoutFails, code, text) => {
    const host = await run(async () => {}, { stdoutFails });
    expect([host.exitCode, host.stderr.text]).toEqual([code, text]);
  });
});
