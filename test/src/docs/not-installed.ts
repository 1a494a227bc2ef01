/** Whether a page has its reader install what its examples use. */
import type { Page } from './markdown.ts';

/** A line for each Windrow package that the page's code imports or whose command it calls, and that its `npm install` does not name. */
export function notInstalled({ path, blocks }: Page): string[] {
  const installed = new Set<string>();
  const used = new Set<string>();
  for (const { language, text } of blocks) {
    if (language === 'ts') {
      for (const [, name] of text.matchAll(/\bfrom '(@windrow\/[a-z-]+)'/g)) used.add(name!);
      continue;
    }
    for (const line of text.split('\n')) {
      if (line.includes('npm install ')) {
        for (const [name] of line.matchAll(/@windrow\/[a-z-]+/g)) installed.add(name);
      }
      for (const [, app] of line.matchAll(/\bnpx windrow-([a-z-]+)/g)) used.add(`@windrow/${app}`);
    }
  }
  return [...used]
    .filter((name) => !installed.has(name))
    .map((name) => `${path}: uses ${name}, which its npm install does not name`);
}
