import { describe, expect, it } from 'vitest';
import { importsOf, packageOf } from './imports.ts';

const specifiers = (text: string): string[] =>
  importsOf({ path: 'a.ts', text }).map(({ specifier, line }) => `${line} ${specifier}`);

describe('importsOf', () => {
  it('finds every form', () => {
    const text = [
      "import a from 'one';",
      'import {',
      '  b,',
      "} from './two.ts';",
      "import type { C } from '@windrow/core';",
      "import 'three';",
      "export * from './four.ts';",
      "export { d } from './five.ts';",
      "const e = await import('six');",
    ].join('\n');
    expect(specifiers(text)).toEqual([
      '1 one',
      '2 ./two.ts',
      '5 @windrow/core',
      '6 three',
      '7 ./four.ts',
      '8 ./five.ts',
      '9 six',
    ]);
  });

  it('passes over comments and strings', () => {
    expect(
      specifiers("// import a from 'a';\n/*\nimport 'b';\n*/\nconst c = `\nimport 'd';\n`;"),
    ).toEqual([]);
  });
});

describe('packageOf', () => {
  it.each([
    ['@windrow/cli/launch', '@windrow/cli'],
    ['zod', 'zod'],
    ['vitest/config', 'vitest'],
    ['node:fs', null],
    ['../a.ts', null],
  ])('%s -> %s', (specifier, name) => {
    expect(packageOf(specifier)).toBe(name);
  });
});
