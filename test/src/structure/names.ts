/** Names of files and folders, and where tests stand. */
import { posix } from 'node:path';
import type { Package } from './workspace.ts';

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const KEBAB_FILE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|d))?\.(?:ts|mjs)$/;
/** Words that say nothing about what is inside. */
const EMPTY_WORDS: ReadonlySet<string> = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'shared',
  'stuff',
]);

/** Files and folders that are not in kebab-case, or are named with a word that means nothing. */
export function badNames(paths: readonly string[]): string[] {
  const faults: string[] = [];
  for (const path of paths) {
    const parts = path.split('/');
    const file = parts.pop()!;
    const isKebab = KEBAB_FILE.test(file) && parts.every((part) => KEBAB.test(part));
    if (!isKebab) faults.push(`${path}: expected names in kebab-case`);
    const words = [...parts, file].flatMap((part) => part.split(/[-.]/));
    const empty = words.find((word) => EMPTY_WORDS.has(word.toLowerCase()));
    if (empty !== undefined) faults.push(`${path}: "${empty}" does not say what is inside`);
  }
  return faults;
}

/** What a test may be about instead of one file. */
const INTENTS = [
  'brute-force',
  'conformance',
  'contract',
  'conservation',
  'corruption',
  'fixture',
  'fixtures',
  'golden',
  'live',
  'long',
  'memory',
  'oracle',
  'parity',
  'properties',
  'requests',
  'processes',
  'round-trip',
  'size',
  'truncation',
];

/**
 * Tests that mirror nothing: `test/a/b.test.ts` stands for `src/a/b.ts` (or `bin/b.mjs`), for the folder `src/a/b/`, for the
 * pair `src/a/decode/b.ts` and `src/a/encode/b.ts`, for a part of these that is named after it (`b-overflow.test.ts`), or for
 * one of the intents that span a folder. A folder of tests stands for a folder of sources, for one of these subjects, for what several
 * of them have in common by name (`stream/` for `stream-encoder.ts`), or for an intent.
 */
export function strayTests(pkg: Package): string[] {
  const paths = pkg.files.map((file) => posix.relative(pkg.path, file.path));
  const subjects = subjectsOf(paths);
  return paths
    .filter((path) => path.startsWith('test/') && path.endsWith('.test.ts'))
    .filter((path) => {
      const inside = path.slice('test/'.length, -'.test.ts'.length);
      const folder = posix.dirname(inside);
      const topic = posix.basename(folder);
      const isSubject =
        INTENTS.includes(topic) ||
        [...(subjects.get(posix.dirname(folder)) ?? [])].some(
          (subject) => subject === topic || subject.startsWith(`${topic}-`),
        );
      if (folder !== '.' && !isSubject) return true;
      const about = [...INTENTS, topic, ...(subjects.get(folder) ?? [])];
      const name = posix.basename(inside);
      return !about.some(
        (subject) =>
          name === subject || name.startsWith(`${subject}-`) || name.endsWith(`-${subject}`),
      );
    })
    .map((path) => `${pkg.path}/${path}: mirrors nothing in src`);
}

/** By folder of src or bin: the files and folders in it, without suffix, and those of its `decode/` and `encode/`. */
function subjectsOf(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const subjects = new Map<string, Set<string>>();
  for (const path of paths) {
    const inside = /^(?:src|bin)\/(.*)\.(?:ts|mjs)$/.exec(path)?.[1];
    for (let at = inside ?? '.'; at !== '.'; at = posix.dirname(at)) {
      const folder = posix.dirname(at);
      const isHalf = /^(?:de|en)code$/.test(posix.basename(folder));
      for (const of of isHalf ? [folder, posix.dirname(folder)] : [folder]) {
        subjects.set(of, (subjects.get(of) ?? new Set()).add(posix.basename(at)));
      }
    }
  }
  return subjects;
}
