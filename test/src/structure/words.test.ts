import { describe, expect, it } from 'vitest';
import { readFiles, readPackages } from './workspace.ts';
import { bannedWords } from './words.ts';

const PURE = 'packages/windowing/src/a.ts';

describe('banned words', () => {
  it('stand nowhere', () => {
    const files = [
      ...readPackages().flatMap((pkg) => pkg.files),
      ...readFiles('scripts/**/*.{ts,mjs}'),
    ];
    expect(bannedWords(files)).toEqual([]);
  });

  it.each([
    'const t = Date.now();',
    'const now = Date.now;',
    'const t = new Date();',
    'const t = new Date;',
    'const t = Date();',
    'const x = Math.random();',
    'performance.now();',
    "import { performance } from 'node:perf_hooks';",
    "const e = process.env['A'];",
    'console.log(1);',
    'const id = crypto.randomUUID();',
    'const x: any = 1;',
    'const x = y as any;',
    'function f(x: any[]): void {}',
    'const m = new Map<string, any>();',
    ...['ignore', 'expect-error', 'nocheck'].map((word) => `// @ts-${word}`),
    ...['DO', 'DO: later'].map((end) => `// TO${end}`),
    ...['ME'].map((end) => `/* FIX${end} */`),
    "it.only('a', () => {});",
    "describe.skip('a', () => {});",
    "it.concurrent.skip('a', () => {});",
  ])('%s is refused', (text) => {
    expect(bannedWords([{ path: PURE, text: `\n${text}` }])).toEqual([
      expect.stringContaining(`${PURE}:2: `),
    ]);
  });

  it.each([
    'const t = new Date(0);',
    '// Date.now() is not for us, nor process.env, nor any of these',
    "const s = 'Math.random() and any console';",
    'const r = Promise.any([]);',
    'const o = { any: 1, process: 2 };',
    'process(batch);',
    'this.process.run();',
    "it.skipIf(missing)('a', () => {});",
    'const anyone = 1;',
  ])('%s is taken', (text) => {
    expect(bannedWords([{ path: PURE, text }])).toEqual([]);
  });

  it.each([
    'apps/stream/src/main.ts',
    'packages/io/test/a.test.ts',
    'bench/src/main.ts',
    'scripts/test.mjs',
    'packages/cli/src/internal/process-host.ts',
  ])('%s may touch the process', (path) => {
    expect(
      bannedWords([{ path, text: 'process.exitCode = 1; Date.now(); console.log();' }]),
    ).toEqual([]);
  });
});
