/** Relative links that lead nowhere. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Page } from './markdown.ts';

/**
 * A line for each link to a file that is not there, or to a heading that its page has not.
 * @param root against which the paths of pages are resolved
 */
export function danglingLinks(pages: readonly Page[], root: string): string[] {
  const faults: string[] = [];
  const byPath = new Map(pages.map((page) => [page.path, page]));
  for (const page of pages) {
    for (const { line, target } of page.links) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
      const other = byPath.get(path);
      if (!existsSync(join(root, path)) && other === undefined) {
        faults.push(`${page.path}:${line}: ${target}: no such file`);
      } else if (anchor !== undefined && other?.anchors.has(anchor) !== true) {
        faults.push(`${page.path}:${line}: ${target}: no such heading`);
      }
    }
  }
  return faults;
}
