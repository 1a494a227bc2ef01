/** README, docs, and the READMEs of packages: what they tell the reader to run runs, prints what they say, and their links lead somewhere. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFiles, root } from '../structure/workspace.ts';
import { danglingLinks } from './dangling-links.ts';
import { parsePage } from './markdown.ts';
import { notInstalled } from './not-installed.ts';
import { faultsOfPage, linkCheckout, linkProject } from './run-page.ts';

const pages = readFiles(
  '{*.md,{docs,models,examples,bench}/**/*.md,{packages,apps}/*/README.md}',
).map(({ path, text }) => parsePage(path, text));
/** Pages of other folders tell what needs other tools, such as Python. */
const ofCheckout = pages.filter(
  (page) => page.blocks.length > 0 && /^(?:docs\/)?[^/]+$/.test(page.path),
);
const ofPackages = pages.filter((page) => /^(?:packages|apps)\//.test(page.path));

describe('docs', () => {
  it('are all there', () => {
    expect(pages.map((page) => page.path)).toEqual(
      expect.arrayContaining(['README.md', 'docs/ARCHITECTURE.md', 'docs/SEMANTICS.md']),
    );
  });

  it('have no link that leads nowhere', () => {
    expect(danglingLinks(pages, root)).toEqual([]);
  });

  it('have whoever follows them install what they use', () => {
    expect(ofPackages.flatMap(notInstalled)).toEqual([]);
  });

  it('quote examples whose types are right', () => {
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = spawnSync(tsc, ['-p', 'examples/tsconfig.json'], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect(stdout).toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('blocks (skipped: Windows has no bash)', () => {
  let folder: string;
  let project: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'windrow-docs-'));
    linkCheckout(root, folder);
    project = mkdtempSync(join(tmpdir(), 'windrow-project-'));
    linkProject(root, project);
  });
  afterAll(() => {
    for (const made of [folder, project]) rmSync(made, { recursive: true, force: true });
  });

  it('begin with npx, which finds the commands', () => {
    const { stdout } = spawnSync('npx', ['windrow-backfill', '--version'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^windrow-backfill \d/);
  });

  it.each(ofCheckout.map((page) => [page.path, page] as const))('of %s', async (_path, page) => {
    expect(await faultsOfPage(page, folder)).toEqual([]);
  });

  it.each(ofPackages.map((page) => [page.path, page] as const))('of %s', async (_path, page) => {
    expect(await faultsOfPage(page, project)).toEqual([]);
  });
});
