import { WindrowError } from '@windrow/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { CommandSpec } from '../src/option-spec.ts';
import { parseOptions } from '../src/parse-options.ts';

const spec = {
  name: 'windrow-try',
  about: 'tries',
  options: {
    source: { type: 'text', required: true, help: 'where samples come from' },
    workers: { type: 'number', default: 1, min: 1, max: 64, integer: true, help: 'threads' },
    share: { type: 'number', help: 'a share' },
    start: { type: 'time', help: 'first moment' },
    'dry-run': { type: 'flag', help: 'only plan' },
    progress: {
      type: 'choice',
      choices: ['auto', 'bar', 'log', 'none'],
      default: 'auto',
      help: 'how',
    },
    tag: { type: 'list', help: 'a tag' },
  },
} as const satisfies CommandSpec;

function run(...argv: string[]) {
  const parsed = parseOptions(spec, argv);
  if (parsed.kind !== 'run') throw new Error(`found ${parsed.kind}`);
  return parsed.options;
}

function faults(...argv: string[]): string[] {
  try {
    parseOptions(spec, argv);
  } catch (error) {
    if (error instanceof WindrowError && error.code === 'USAGE') return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('parseOptions', () => {
  it('fills in defaults, null, false and the empty list', () => {
    const options = run('--source', 'file:a.csv');
    expect(options).toEqual({
      source: 'file:a.csv',
      workers: 1,
      share: null,
      start: null,
      dryRun: false,
      progress: 'auto',
      tag: [],
    });
  });

  it('gives each option its type', () => {
    const options = run('--source=a');
    expectTypeOf(options.source).toEqualTypeOf<string>();
    expectTypeOf(options.workers).toEqualTypeOf<number>();
    expectTypeOf(options.share).toEqualTypeOf<number | null>();
    expectTypeOf(options.start).toEqualTypeOf<number | null>();
    expectTypeOf(options.dryRun).toEqualTypeOf<boolean>();
    expectTypeOf(options.progress).toEqualTypeOf<'auto' | 'bar' | 'log' | 'none'>();
    expectTypeOf(options.tag).toEqualTypeOf<readonly string[]>();
  });

  it('reads values after a space and after =', () => {
    const argv =
      '--source=x=y --workers 4 --share 1_000.5e-1 --start 2019-03-06T13:20:00Z --dry-run --progress log --tag a --tag=b';
    const options = run(...argv.split(' '));
    expect(options).toEqual({
      source: 'x=y',
      workers: 4,
      share: 100.05,
      start: Date.parse('2019-03-06T13:20:00Z'),
      dryRun: true,
      progress: 'log',
      tag: ['a', 'b'],
    });
  });

  it('takes negative numbers and times, and - for a stream', () => {
    expect(run('--source', '-').source).toBe('-');
    expect(run('--source', 'a', '--share', '-2.5').share).toBe(-2.5);
    expect(run('--source', 'a', '--start', '-86400000').start).toBe(-86_400_000);
  });

  it.each([
    [['--sorce', 'a', '--source', 'b'], 'unknown option --sorce; did you mean --source?'],
    [['--dryrun', '--source', 'b'], 'unknown option --dryrun; did you mean --dry-run?'],
    [['--constructor', '--source', 'b'], 'unknown option --constructor'],
    [['-x', '--source', 'b'], 'unknown option -x'],
    [[], '--source: it is missing: where samples come from'],
    [['--source'], '--source: found nothing, expected a value'],
    [['--source='], '--source: found nothing, expected a value'],
    [
      ['--source', '--dry-run'],
      '--source: found "--dry-run", expected a value (write --source=--dry-run if that is it)',
    ],
    [['--source', 'a', '--source', 'b'], '--source: found it twice, expected it once'],
    [['--source', 'a', '--dry-run=yes'], '--dry-run: found "yes", expected no value'],
    [
      ['--source', 'a', '--workers', 'two'],
      '--workers: found "two", expected a whole number from 1 to 64',
    ],
    [
      ['--source', 'a', '--workers', '0'],
      '--workers: found "0", expected a whole number from 1 to 64',
    ],
    [
      ['--source', 'a', '--workers', '1.5'],
      '--workers: found "1.5", expected a whole number from 1 to 64',
    ],
    [['--source', 'a', '--share', '0x10'], '--share: found "0x10", expected a number'],
    [['--source', 'a', '--share', '1e999'], '--share: found "1e999", expected a number'],
    [['--source', 'a', '--share', '.'], '--share: found ".", expected a number'],
    [
      ['--source', 'a', '--start', 'yesterday'],
      '--start: found "yesterday", expected ISO 8601 (2019-03-06T13:20:00Z) or integer milliseconds since 1970',
    ],
    [
      ['--source', 'a', '--progress', 'bra'],
      '--progress: found "bra", expected one of auto, bar, log, none; did you mean bar?',
    ],
    [
      ['--source', 'a', 'b.csv'],
      'found "b.csv", expected an option (windrow-try takes nothing else)',
    ],
  ])('refuses %j', (argv, message) => {
    expect(faults(...argv)).toEqual([message, 'see windrow-try --help']);
  });

  it('names every fault at once', () => {
    expect(faults('--wat', '--workers', '99', '--start', 'x')).toHaveLength(5);
  });

  it('lets --help and --version win over faults', () => {
    expect(parseOptions(spec, ['--wat', '-h']).kind).toBe('help');
    expect(parseOptions(spec, ['--help']).kind).toBe('help');
    expect(parseOptions(spec, ['--version']).kind).toBe('version');
  });

  it('counts operands', () => {
    const files = {
      ...spec,
      options: {},
      operands: { placeholder: 'FILE', help: 'files', min: 1, max: 2 },
    } as const;
    expect(parseOptions(files, ['a', '--', '--b'])).toEqual({
      kind: 'run',
      options: {},
      operands: ['a', '--b'],
    });
    expect(() => parseOptions(files, [])).toThrow('found nothing, expected FILE');
    expect(() => parseOptions(files, ['a', 'b', 'c'])).toThrow('takes at most 2 other arguments');
  });
});
