/** What is refused before anything runs, and that no output is begun then. In this process, since nothing is started. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type CommandHost } from '@windrow/cli';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spec } from '../src/command.ts';
import { stream } from '../src/stream.ts';

const MODELS = join(import.meta.dirname, '../../../models');

let folder: string;
let well: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windrow-stream-'));
  const definitions = join(folder, 'definitions.json');
  await writeFile(definitions, JSON.stringify(definitionsFor(simOptions({ lines: 1 }))));
  well = ['--definitions', definitions, '--models', MODELS];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function said(argv: readonly string[]): Promise<Said> {
  const texts = { stdout: '', stderr: '' };
  const end = { code: 0 };
  const output = (name: keyof typeof texts): CommandHost['stdout'] => ({
    isTTY: false,
    columns: null,
    write: (text) => void (texts[name] += text),
  });
  const host: CommandHost = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: {},
    argv,
    nowMs: () => Date.now(),
    elapsedMs: () => performance.now(),
    onSignal: () => () => undefined,
    onStdoutError: () => undefined,
    flushStdout: () => Promise.resolve(),
    exit: (code) => void (end.code = code),
    finish: (code) => void (end.code = code),
  };
  await runCommand(spec, stream, host);
  return { ...end, ...texts };
}

describe('windrow-stream refuses', () => {
  it.each([
    [['walk'], /error: found "walk", expected one of run, validate, explain, dry-run, schema/],
    [[], /error: --definitions: it is missing on the command line/],
    [['--config', '/nowhere.yaml'], /error: \/nowhere\.yaml: the config file cannot be read/],
    [['--wrkers', '2'], /error: unknown option --wrkers; did you mean --workers\?/],
  ])('%j', async (argv, message) => {
    expect(await said(argv)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });

  it.each([
    ['source', 'ftp://a', 2, /--source: ftp:\/\/a: found the scheme ftp:, expected one of stdin:/],
    ['source', 'follow:/nowhere/at/all', 1, /there is nothing, and no folder above it/],
    ['source', 'follow:/tmp/*.csv', 2, /found a glob/],
    [
      'sink',
      'kafka:x',
      2,
      /kafka:x: found the scheme kafka:, expected one of file:, files:, gs:, log:, pubsub:/,
    ],
    ['sink', 'files:/proc/none', 1, /\/proc\/none: cannot be written/],
    ['checkpoint', 's3://a', 2, /--checkpoint: s3:\/\/a: found the scheme s3:/],
    ['dead-letter', 'letters.csv', 2, /ends in \.ndjson or \.jsonl/],
    ['otel-endpoint', 'here:4318', 2, /--otel-endpoint: found "here:4318", expected a URL such as/],
    ['http', 'everywhere', 2, /--http: found "everywhere", expected HOST:PORT/],
    ['http', '99999', 2, /--http: found "99999", expected HOST:PORT/],
    ['definitions', '/nowhere.json', 2, /the definitions file cannot be read/],
    ['models', '/nowhere', 2, /\/nowhere/],
  ])('--%s %s', async (name, value, code, message) => {
    const out = join(folder, `out-${encodeURIComponent(value)}`);
    const asked = new Map([
      ...[0, 2].map((at): [string, string] => [well[at]!, well[at + 1]!]),
      ['--source', `follow:${folder}`],
      ['--sink', `files:${out}`],
      [`--${name}`, value],
    ]);
    const got = await said([...asked].flat());
    expect([got.code, got.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(existsSync(out) && name !== 'http' && name !== 'dead-letter').toBe(false);
  });

  it.each([
    ['checkpoints', 'sim://extrusion?lines=1&seconds=60', ['--checkpoint']],
    ['a source that never ends', 'follow:.', []],
  ])('a file as the sink beside %s, and leaves nothing of it', async (_, source, others) => {
    const sink = join(folder, 'all.csv');
    const argv = [...well, '--source', source, '--sink', sink];
    for (const name of others) argv.push(name, join(folder, 'state'));
    const message =
      /all\.csv: found a file that is shown when every source has ended; .*; expected files:FOLDER/;
    const run = await said(argv);
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(message)]);
    const tried = await said(['dry-run', ...argv]);
    expect([tried.code, tried.stdout]).toEqual([1, expect.stringMatching(message)]);
    expect(existsSync(sink)).toBe(false);
  });

  it.each([
    ['sink', 'files:out?interval=soon'],
    ['dead-letter', 'letters.csv'],
    ['dead-letter', 'letters.ndjson?rotate=often'],
  ])('in a dry-run too: --%s %s', async (name, value) => {
    const asked = ['--source', 'follow:.', '--sink', 'log:', `--${name}`, value];
    const { code, stdout } = await said(['dry-run', ...well, ...asked]);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^FAIL (?:sink|dead letters) .*: .*expected /m),
    ]);
  });
});

describe('windrow-stream', () => {
  it('says what it knows', async () => {
    const { code, stdout } = await said(['--help']);
    expect(code).toBe(0);
    for (const word of ['--config', '--drain-timeout', '(default 20)', 'follow:', 'dry-run']) {
      expect(stdout).toContain(word);
    }
  });
});
