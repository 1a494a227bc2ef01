import { describe, expect, it } from 'vitest';
import { codeOnly } from './code-only.ts';

/** Runs of blanks as one, to be read more easily. */
const squeezed = (text: string): string => codeOnly(text).replaceAll(/ +/g, ' ').trim();

describe('codeOnly', () => {
  it.each([
    ['a; // it is `b`\nc', 'a; \nc'],
    ['a /* b\n * c */ d', 'a \n d'],
    [String.raw`f('a\'b', "c") + d`, 'f( , ) + d'],
    ['`a ${b + `c${d}`} e` + f', 'b + d + f'],
    ['`${{ a: 1 }.a}` + b', '{ a: 1 }.a + b'],
    ['x = /[\'"/]+/g; y', 'x = g; y'],
    ['a.replace(/[/*]/, b)', 'a.replace( , b)'],
    ['(a) / b / c', '(a) / b / c'],
    ['`a`', ''],
  ])('%s', (text, code) => {
    expect(squeezed(text)).toBe(code);
  });

  it('keeps lines and columns', () => {
    const text = "const a = 'x';\n/* y\n */ b(`${c}`, /d/);";
    const code = codeOnly(text);
    expect(code).toHaveLength(text.length);
    expect(code.split('\n')).toHaveLength(3);
    expect(code.indexOf('b(')).toBe(text.indexOf('b('));
  });
});
