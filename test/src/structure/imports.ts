/** What a file imports. */
import { codeOnly } from './code-only.ts';
import type { SourceFile } from './workspace.ts';

export interface Import {
  /** As written between the quotes. */
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
  /** From the keyword to the specifier. */
  readonly statement: string;
}

const PATTERN =
  /(?:^|[;\n])\s*(?:import|export)\s[^'"`;]*?\bfrom\s*(['"])([^'"]+)\1|(?:^|[;\n])\s*import\s*(['"])([^'"]+)\3|\bimport\(\s*(['"])([^'"]+)\5\s*\)|\bimport\.meta\.resolve\(\s*(['"])([^'"]+)\7/g;

/** Static and dynamic imports and re-exports, by their text. */
export function importsOf({ text }: SourceFile): Import[] {
  const code = codeOnly(text);
  const imports: Import[] = [];
  for (const match of text.matchAll(PATTERN)) {
    // The keyword of a commented or quoted import is blank in the code.
    const keyword = match.index + match[0].search(/import|export/);
    if (code[keyword] === ' ') continue;
    const specifier = match[2] ?? match[4] ?? match[6] ?? match[8];
    if (specifier === undefined) continue;
    imports.push({
      specifier,
      line: text.slice(0, keyword).split('\n').length,
      statement: text.slice(keyword, match.index + match[0].length),
    });
  }
  return imports;
}

/** The package that a bare specifier names (`@windrow/cli/launch` -> `@windrow/cli`); null for files and Node's own. */
export function packageOf(specifier: string): string | null {
  if (/^[./]|^node:/.test(specifier)) return null;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}
