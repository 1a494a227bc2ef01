/** What a result depends on beside the code: the machine and the versions. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../repository.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
  };
}

/** Versions of Node and of npm packages as they are installed. */
export function versionsOf(packages: readonly string[]): Readonly<Record<string, string>> {
  const versions: Record<string, string> = { node: process.version };
  for (const name of packages) {
    const manifest = join(REPOSITORY, 'node_modules', name, 'package.json');
    versions[name] = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
  }
  return versions;
}

/** The commit that is checked out, with a mark where sources differ from it; `unknown` outside of a git checkout. */
export function describeCommit(): string {
  try {
    const changed = git('status', '--porcelain', '--', 'packages', 'apps', 'models');
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed === '' ? '' : ', with changes'}`;
  } catch {
    return 'unknown';
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: REPOSITORY,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
