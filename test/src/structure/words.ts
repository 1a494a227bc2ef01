/** Words that may not stand in the sources, each with the reason. */
import { codeOnly } from './code-only.ts';
import type { SourceFile } from './workspace.ts';

interface Ban {
  readonly pattern: RegExp;
  readonly why: string;
  /** Comments and strings are looked at too. */
  readonly everywhere?: true;
  /** Which files are looked at; default all. */
  readonly where?: (path: string) => boolean;
}

/** The files of packages that touch the process: one makes the host that commands are given, one keeps a library from reporting. */
export const PROCESS_FILES: ReadonlySet<string> = new Set([
  'packages/cli/src/internal/process-host.ts',
  'packages/scoring/src/internal/turn-reports-off.ts',
]);

const isPure = (path: string): boolean =>
  /^packages\/[^/]+\/src\//.test(path) && !PROCESS_FILES.has(path);

const outside = 'belongs in apps/; packages take it as an argument';
/** Put together here, so that this file does not ban itself. */
const MARKS = ['TO-DO', 'FIX-ME', 'XX-X', 'HA-CK'].map((mark) => mark.replace('-', ''));

const BANS: readonly Ban[] = [
  { pattern: /\bDate\s*\.\s*now\b/, why: outside, where: isPure },
  { pattern: /\bnew Date\s*(?:\(\s*\)|(?=[;,)\]]))/, why: outside, where: isPure },
  { pattern: /(?<!new )\bDate\(\s*\)/, why: outside, where: isPure },
  { pattern: /\bMath\s*\.\s*random\b/, why: outside, where: isPure },
  { pattern: /\bperformance\b(?!\s*:)/, why: outside, where: isPure },
  { pattern: /(?<![.\w$#])process\b(?!\s*[:(?=])/, why: outside, where: isPure },
  { pattern: /(?<![.\w$#])console\b(?!\s*[:(?=])/, why: outside, where: isPure },
  {
    pattern: /\bcrypto\s*\.\s*(?:randomUUID|getRandomValues|randomBytes)\b/,
    why: outside,
    where: isPure,
  },
  {
    pattern: /(?<![.\w$#])any\b(?!\s*[(:?])/,
    why: 'unknown, or the type itself',
    where: (path) => path.endsWith('.ts'),
  },
  {
    pattern: /@ts-(?:ignore|expect-error|nocheck)/,
    why: 'types are put right, not silenced',
    everywhere: true,
  },
  {
    pattern: new RegExp(`\\b(?:${MARKS.join('|')})\\b`),
    why: 'what is to be done is done, or is an issue',
    everywhere: true,
  },
  {
    pattern: /\b(?:it|test|describe)\s*(?:\.\w+)*\.(?:only|skip|todo|fails)\s*\(/,
    why: 'every test runs; what depends on the machine is skipIf with a reason',
  },
];

/** Where a banned word stands. */
export function bannedWords(files: readonly SourceFile[]): string[] {
  const faults: string[] = [];
  for (const { path, text } of files) {
    const code = codeOnly(text).split('\n');
    const whole = text.split('\n');
    for (const { pattern, why, everywhere, where } of BANS) {
      if (where?.(path) === false) continue;
      for (const [i, line] of (everywhere === true ? whole : code).entries()) {
        const found = pattern.exec(line)?.[0];
        if (found !== undefined) faults.push(`${path}:${i + 1}: found "${found.trim()}": ${why}`);
      }
    }
  }
  return faults;
}
