/**
 * What the tests of the docs read of a page: fenced blocks with the mark above them, links, and the anchors of headings.
 *
 * A mark is an HTML comment on the line before a block:
 *
 * | mark | meaning |
 * |---|---|
 * | `run` | a shell block: it is run, after the blocks before it on the page, and must end with 0 |
 * | `output` | what the block before it prints, see `output-match.ts` |
 * | `file: PATH` | the block is that file, character by character |
 * | `part: PATH` | the block is a run of lines of that file, but for their indentation |
 * | `not run: WHY` | code that only a reader runs |
 *
 * Code (shell, TypeScript) has one of them.
 */

export interface Block {
  /** 1-based line of its fence. */
  readonly line: number;
  /** First word after the fence: `sh`, `ts`, `text`; empty if none. */
  readonly language: string;
  /** Text of the comment above it; empty if none. */
  readonly mark: string;
  readonly text: string;
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

export interface Page {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** As GitHub makes them of headings. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^(`{3,})(.*)$/;
const MARK = /^<!-- (.*) -->$/;
const HEADING = /^#{1,6} (.*)$/;
const LINK = /\]\(([^)\s]+)\)|<(?:img|a) [^>]*(?:src|href)="([^"]+)"/g;

export function parsePage(path: string, text: string): Page {
  const blocks: Block[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const fence = FENCE.exec(lines[i]!);
    if (fence !== null) {
      const end = lines.indexOf(fence[1]!, i + 1);
      if (end < 0) throw new Error(`${path}:${i + 1}: a block without its end`);
      blocks.push({
        line: i + 1,
        language: fence[2]!.trim().split(' ')[0]!,
        mark: MARK.exec(lines[i - 1] ?? '')?.[1] ?? '',
        text: `${lines.slice(i + 1, end).join('\n')}\n`,
      });
      i = end;
      continue;
    }
    const heading = HEADING.exec(lines[i]!);
    if (heading !== null) anchors.add(anchorOf(heading[1]!));
    const prose = lines[i]!.replace(/`[^`]*`/g, '');
    for (const [, target, source] of prose.matchAll(LINK)) {
      links.push({ line: i + 1, target: (target ?? source)! });
    }
  }
  return { path, blocks, links, anchors };
}

/** Lower case, without punctuation, spaces as hyphens. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
