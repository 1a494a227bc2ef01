/**
 * Lints every package that could be published: entry points exist, are of the format they claim, and are in `files`. Wants
 * the build (`tsc -b`) done, since `exports` name it.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './install.mjs';

/** @type {{workspaces: string[]}} */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const files = manifest.workspaces.flatMap((pattern) =>
  globSync(`${pattern}/package.json`, { cwd: root }),
);
for (const file of files.toSorted()) {
  const path = join(root, file);
  const pkg = JSON.parse(readFileSync(path, 'utf8'));
  if (pkg.private === true) continue;
  const { messages } = await publint({ pkgDir: dirname(path), pack: 'npm', strict: true });
  for (const message of messages) {
    console.error(`${relative(root, path)}: ${message.type}: ${formatMessage(message, pkg)}`);
    process.exitCode = 1;
  }
}
