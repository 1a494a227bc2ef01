/** The tests of the docs can fail: each fault that they look for is found on a page made up for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { danglingLinks } from './dangling-links.ts';
import { parsePage } from './markdown.ts';
import { notInstalled } from './not-installed.ts';
import { missingLine } from './output-match.ts';
import { faultsOfPage } from './run-page.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-docs-'));
  writeFileSync(join(folder, 'a.ts'), 'const a = 1;\n');
  writeFileSync(join(folder, 'b.ts'), 'if (a) {\n  b();\n    c();\n}\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A page with one block for each of these. */
function pageOf(...blocks: (readonly [mark: string, language: string, text: string])[]): string {
  return blocks
    .map(
      ([mark, language, text]) =>
        `${mark === '' ? '' : `<!-- ${mark} -->\n`}\`\`\`${language}\n${text}\n\`\`\`\n`,
    )
    .join('\n');
}

function faultsOf(...blocks: (readonly [string, string, string])[]): Promise<string[]> {
  return faultsOfPage(parsePage('p.md', pageOf(...blocks)), folder);
}

describe.skipIf(process.platform === 'win32')('a page (skipped: Windows has no bash)', () => {
  it('without a fault has none, and its blocks follow each other', async () => {
    const faults = await faultsOf(
      ['run', 'sh', 'echo "3 rows in 12 ms" > made.txt'],
      ['run', 'sh', 'cat made.txt'],
      ['output', 'text', '3 rows in 345 ms'],
      ['file: a.ts', 'ts', 'const a = 1;'],
      ['part: b.ts', 'ts', 'b();\n  c();'],
      ['not run: it takes a day', 'sh', 'false'],
    );
    expect(faults).toEqual([]);
  });

  it('with a command that fails', async () => {
    expect(await faultsOf(['run', 'sh', 'false\necho on'])).toEqual(['p.md:2: ended with 1\n']);
  });

  it('with a command that fails within a pipe', async () => {
    expect(await faultsOf(['run', 'sh', 'false | cat'])).toHaveLength(1);
  });

  it('with an output that is not what is printed', async () => {
    const faults = await faultsOf(['run', 'sh', 'echo 3 rows'], ['output', 'text', '4 rows']);
    expect(faults).toEqual(['p.md:7: not printed: 4 rows\n3 rows\n']);
  });

  it('with a block that is not its file', async () => {
    const faults = await faultsOf(['file: a.ts', 'ts', 'const a = 2;']);
    expect(faults).toEqual(['p.md:2: the block is not what is in a.ts']);
  });

  it('with a block that is no part of its file', async () => {
    const faults = await faultsOf(['part: b.ts', 'ts', 'c();\nb();']);
    expect(faults).toEqual(['p.md:2: the block is no part of b.ts']);
  });

  it('with code that nobody looks after', async () => {
    expect(await faultsOf(['', 'sh', 'true'], ['', 'ts', 'f();'], ['', 'text', 'a'])).toHaveLength(2);
  });
});

describe('output', () => {
  it.each([
    ['lines in their order, others between them', 'a\nc', 'a\nb\nc', null],
    ['lines in another order', 'c\na', 'a\nb\nc', 'a'],
    ['another count', '5 rows', '50 rows', '5 rows'],
    ['other times, rates and sizes', '5 ms, 2 M/s, 3.5 MiB', '77 ms, 9.1 k/s, 4 GiB', null],
    ['other spaces', 'a   b', '  a b ', null],
    ['what was left out', 'a\n...\nc', 'a\nc', null],
  ])('%s', (_what, expected, printed, missing) => {
    expect(missingLine(expected, printed)).toBe(missing);
  });
});

describe('links', () => {
  const page = parsePage(
    'docs/p.md',
    '# One `two`, three\n[a](../a.ts) [b](b.md) [c](#one-two-three) [d](#four) [e](https://e.org) `[f](f)`\n<img src="g.svg">\n',
  );

  it('that lead nowhere', () => {
    expect(danglingLinks([page], folder)).toEqual([
      'docs/p.md:2: b.md: no such file',
      'docs/p.md:2: #four: no such heading',
      'docs/p.md:3: g.svg: no such file',
    ]);
  });
});

describe('what a page uses', () => {
  const using = (line: string): string[] =>
    notInstalled(
      parsePage(
        'packages/p/README.md',
        pageOf(
          ['not run: not on npm yet', 'sh', line],
          ['file: a.ts', 'ts', "import { a } from '@windrow/core';\nimport { b } from '@windrow/io-gcs';"],
          ['run', 'sh', 'npx windrow-simulate --out a.csv'],
        ),
      ),
    );

  it('and has installed', () => {
    expect(using('X=1 npm install @windrow/core @windrow/io-gcs @windrow/simulate')).toEqual([]);
  });

  it('and has not installed', () => {
    expect(using('npm install @windrow/io')).toEqual([
      'packages/p/README.md: uses @windrow/core, which its npm install does not name',
      'packages/p/README.md: uses @windrow/io-gcs, which its npm install does not name',
      'packages/p/README.md: uses @windrow/simulate, which its npm install does not name',
    ]);
  });
});
