import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI, WITHOUT_EXECVE, fakeApp, start } from './fake-app.ts';

const ECHO = `
const kind: string = 'source';
console.log(kind, process.pid, JSON.stringify(process.argv.slice(2)));
process.exitCode = 7;
`;

/** Waits until a signal comes, then says which. */
const WAIT = `
import { runCommand } from '${CLI}';
await runCommand({ name: 'windrow-x', about: 'waits', options: {} }, async ({ signal, terminal }) => {
  const alive = setInterval(() => {}, 1000);
  terminal.stdout.write(\`ready \${process.pid}\\n\`);
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      reject(signal.reason);
    });
  });
});
`;

const isPosix = process.platform !== 'win32';

describe('launch', () => {
  it.each([
    ['replacing itself', []],
    ['in a second process', WITHOUT_EXECVE],
  ])(
    'runs src/main.ts %s: arguments, exit code, nothing of its own on the streams',
    async (_, flags) => {
      const running = start(fakeApp({ 'src/main.ts': ECHO }), ['--a', 'b c', ''], flags);
      const { code, stdout, stderr } = await running.ended;
      expect(code).toBe(7);
      expect(stdout).toMatch(/^source \d+ \["--a","b c",""\]\n$/);
      expect(stderr).toBe('');
    },
  );

  it.each([
    ['replacing itself', []],
    ['in a second process', WITHOUT_EXECVE],
  ])('sets what the environment does not say, %s', async (_, flags) => {
    const app = fakeApp({ 'src/main.ts': 'console.log(process.env.MALLOC_ARENA_MAX);' });
    expect((await start(app, [], flags).ended).stdout).toBe('2\n');
    expect((await start(app, [], flags, { MALLOC_ARENA_MAX: '7' }).ended).stdout).toBe('7\n');
  });

  it('keeps what Node compiled beside the dependencies, unless the environment says otherwise', async () => {
    const app = fakeApp({
      'src/main.ts': 'console.log(process.env.NODE_COMPILE_CACHE);',
      'node_modules/some/package.json': '{}',
    });
    const elsewhere = join(tmpdir(), 'windrow-compiled');
    const own = await start(app, [], [], { NODE_COMPILE_CACHE: elsewhere }).ended;
    expect(own.stdout).toBe(`${elsewhere}\n`);
    const kept = await start(app).ended;
    expect(kept.stdout).toMatch(/app[/\\]node_modules[/\\]\.cache[/\\]windrow-node\n$/);
  });

  it.skipIf(!isPosix)('keeps its process id (skipped: Windows cannot)', async () => {
    const running = start(fakeApp({ 'src/main.ts': ECHO }));
    expect((await running.ended).stdout).toContain(`source ${running.child.pid} `);
  });

  it.skipIf(!isPosix).for([
    ['SIGINT', 130, []],
    ['SIGTERM', 143, []],
    ['SIGINT', 130, WITHOUT_EXECVE],
    ['SIGTERM', 143, WITHOUT_EXECVE],
  ] as const)(
    '%s ends the job with %i (skipped: Windows has no signals)',
    async ([signal, exitCode, flags]) => {
      const running = start(fakeApp({ 'src/main.ts': WAIT }), [], flags);
      await running.until('ready');
      running.child.kill(signal);
      const { code, stderr } = await running.ended;
      expect(code).toBe(exitCode);
      expect(stderr).toContain(`ended by ${signal}`);
    },
  );

  it.skipIf(!isPosix).for([[[]], [WITHOUT_EXECVE]] as const)(
    'leaves no job behind when it is killed (skipped: Windows has no signals)',
    { timeout: 10_000 },
    async ([flags]) => {
      const running = start(fakeApp({ 'src/main.ts': WAIT }), [], flags);
      await running.until('ready');
      running.child.kill('SIGKILL');
      // Closes only when the job, which holds the same streams, is gone as well.
      expect((await running.ended).signal).toBe('SIGKILL');
    },
  );

  it('ends quietly when nobody reads', async () => {
    const endless = WAIT.replace(
      'setInterval(() => {}, 1000)',
      "setInterval(() => terminal.stdout.write('x'.repeat(1e5)), 1)",
    );
    const running = start(fakeApp({ 'src/main.ts': endless }));
    await running.until('ready');
    running.child.stdout.destroy();
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([141, '']);
  });

  it('runs the build where there is no source, or where Node would not take the source', async () => {
    const built = "console.log('built', process.argv[2]);";
    const alone = start(fakeApp({ 'dist/main.js': built, 'package.json': '{"type":"module"}' }), [
      'a',
    ]);
    expect((await alone.ended).stdout).toBe('built a\n');
    const installed = fakeApp(
      { 'src/main.ts': ECHO, 'dist/main.js': built, 'package.json': '{"type":"module"}' },
      'node_modules/@windrow/x',
    );
    expect((await start(installed, ['b']).ended).stdout).toBe('built b\n');
  });

  it('says so when there is neither', async () => {
    const { code, stderr } = await start(fakeApp({})).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('found neither src/main.ts nor dist/main.js');
  });
});
