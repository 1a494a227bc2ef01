/** What windrow-backfill refuses before any output exists: definitions, models, arguments. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { runCommand, type CommandResult } from '../kit/run-command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function backfill(args: readonly string[]): Promise<CommandResult> {
  return runCommand('backfill', ['--progress', 'none', ...args]);
}

const bad = hasFixtures
  ? ['bad', 'bad-implied'].flatMap((kind) =>
      readdirSync(fixture(`definitions/${kind}`))
        .filter((name) => name.endsWith('.json'))
        .map((name) => `${kind}/${name}`),
    )
  : [];

describe.skipIf(!hasFixtures)(`refused definitions and models${SKIPPED}`, () => {
  it.concurrent.each(bad)('definitions/%s: exit code 2, the field named', async (name) => {
    const sink = join(folder, `${name.replace('/', '-')}.csv`);
    const path = fixture(`definitions/${name}`);
    const result = await backfill([
      ...['--definitions', path, '--models', fixture('models')],
      ...['--source', fixture('data/liveline-10min.csv'), '--sink', sink],
    ]);
    const [field] = readFileSync(path.replace(/json$/, 'expected.txt'), 'utf8').split('\n');
    expect(result.stderr).toContain(field);
    expect(result.stderr).toContain(path);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(sink)).toBe(false);
  });

  const models = hasFixtures
    ? readdirSync(fixture('models-bad')).filter((name) => name !== 'README.md')
    : [];
  it.concurrent.each(models)('model %s: exit code 2, the model named', async (model) => {
    const all = JSON.parse(readFileSync(fixture('definitions/models-bad.json'), 'utf8')) as {
      model_identifier: string;
    }[];
    const own = join(folder, `${model}.json`);
    writeFileSync(own, JSON.stringify(all.filter((d) => d.model_identifier === model)));
    const sink = join(folder, `${model}.csv`);
    const result = await backfill([
      ...['--definitions', own, '--models', fixture('models-bad')],
      ...['--source', fixture('data/liveline-10min.csv'), '--sink', sink],
    ]);
    expect(result.stderr).toContain(model);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(sink)).toBe(false);
  });
});

describe('refused arguments', () => {
  const given = ['--definitions', 'd.json', '--models', 'm', '--source', 's.csv'];
  it.concurrent.each([
    ['no sink', given, '--sink'],
    ['an unknown option', [...given, '--sink', 'x.csv', '--sorce', 'y'], '--source'],
    ['a time that is none', [...given, '--sink', 'x.csv', '--start', 'yesterday'], '--start'],
    [
      'an end before the start',
      [...given, '--sink', 'x.csv', '--start', '10', '--end', '5'],
      '--end',
    ],
    ['no definitions', ['--models', 'm', '--source', 's.csv', '--sink', 'x.csv'], '--definitions'],
    ['a definitions file that is not there', [...given, '--sink', 'x.csv'], 'd.json'],
  ])('%s: exit code 2', async (_name, args, named) => {
    const result = await backfill(args);
    expect(result.stderr).toContain(named);
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });
});
